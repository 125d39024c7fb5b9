"""Every job of a day's work is delivered twice more: nothing is done again."""

import pytest
import sqlalchemy as sa
from rq.utils import import_attribute

from app.catalogue import categories, pictures
from app.chat.keeping import exports
from app.chat.keeping import retention as chat_retention
from app.core import jobs, outbox
from app.core.database import db, transaction
from app.core.outbox_rows import OutboxEvent
from app.inventory import restock_waves, rollups
from app.inventory import retention as stock_retention
from app.orders import fulfilment
from app.security import recovery
from tests.catalogue.editor import MIRA, picture
from tests.chat.files.samples import image
from tests.chat.files.sending import send
from tests.chat.talking import ADA as SHOPPER
from tests.chat.talking import open_room, say
from tests.factories import make_product, make_user
from tests.inventory.waiting_list import change, wait_for_it
from tests.orders.buying import ADA, JUN, act, buy, process

# Kinds of job that the day must have had, or this proves less than it says.
KINDS = 10
# What is about jobs themselves, and the clock's lease.
NOT_COMPARED = ("outbox", "lease", "alembic_version")


def live_a_day():
    make_user("staff", email="mira@example.test")
    cup = make_product(sku="CUP", slug="cup", name="Cup", stock=12, price=2400, threshold=10)
    make_product(sku="LAMP", slug="lamp", name="Lamp", stock=0)
    sent, cancelled = buy(ADA, CUP=2), buy(JUN, CUP=3)
    process(sent)
    act(fulfilment.ship_order, sent, "staff")
    act(fulfilment.return_line, sent, "CUP", 1, restock=True, actor="staff")
    act(fulfilment.cancel_order, cancelled, "staff")
    wait_for_it("LAMP", "ada@example.test", "jun@example.test")
    change("LAMP", "receive", 5)
    restock_waves.look()
    recovery.request_link("mira@example.test")
    pictures.add_picture(cup.id, pictures.keep_upload(picture()), "A cup", None, MIRA)
    categories.edit_category(cup.category_id, "Tableware and more", "", None, MIRA)
    room = open_room()
    say(room, SHOPPER, "Is this the one?")
    send(room, image())
    with transaction():
        exports.begin_export(SHOPPER.subject, mail_to="ada@example.test")
    for queue in (rollups.queue_roll_up, stock_retention.queue_pruning, chat_retention.queue_retention):
        queue()


def run_all(app):
    """Until no job is left, nor anything that leads to one."""
    for _ in range(20):
        app.extensions["outbox_marks"].flush()
        outbox.sweep()
        db.session.rollback()
        jobs.work(app, app.config["SETTINGS"].REDIS_URL, jobs.QUEUES, burst=True)
        db.session.rollback()
        if not db.session.scalar(
            sa.select(OutboxEvent.id).where(OutboxEvent.published_at.is_(None)).limit(1)
        ):
            return
        with transaction():
            db.session.execute(sa.update(OutboxEvent).values(next_try_at=0))
    raise AssertionError("jobs that do not end")


def read_all(app):
    db.session.rollback()
    tables = [table for table in db.metadata.sorted_tables if table.name not in NOT_COMPARED]
    rows = {table.name: sorted(map(repr, db.session.execute(sa.select(table)))) for table in tables}
    files = sorted(str(path) for path in app.config["SETTINGS"].data_path.rglob("*") if path.is_file())
    return {**rows, "files": [name for name in files if "shop.db" not in name]}


def differences(before, after):
    return {name: (before[name], after[name]) for name in before if before[name] != after[name]}


@pytest.mark.slow
def test_all_jobs_of_a_day_run_twice_more_and_change_nothing(any_app):
    live_a_day()
    run_all(any_app)
    ran = db.session.scalars(sa.select(OutboxEvent.payload).where(OutboxEvent.topic == jobs.TOPIC)).all()
    assert len({job["function"] for job in ran}) >= KINDS, {job["function"] for job in ran}
    assert jobs.queue_of(any_app.extensions["redis"].client, "default").failed_job_registry.count == 0
    before = read_all(any_app)

    for job in [*ran, *ran]:
        import_attribute(job["function"])(*job["ids"])
        db.session.rollback()
    run_all(any_app)

    assert differences(before, read_all(any_app)) == {}
