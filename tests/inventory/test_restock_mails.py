"""The mail that says it is back: one for each whose turn it was, whatever dies in between."""

import signal
import subprocess
import sys

import pytest
import sqlalchemy as sa

from app.core import outbox
from app.core.database import db, transaction
from app.inventory import restocks
from app.inventory.models import RestockRequest
from app.inventory.restock_mails import queue_lost, send_restock_mail
from app.inventory.restock_waves import look
from app.notifications.mailing.suppressions import suppress
from app.security.users import disable_user
from tests.factories import make_product, make_user, unlock_ledger
from tests.inventory.waiting_list import (
    change,
    mails,
    newest_mail,
    pass_time,
    run_jobs,
    token_of,
    told,
    wait_for_it,
)
from tests.support.waiting import wait_for

ADA = "ada@example.test"
LOOK = """
import os
from app import create_app
from app.inventory import restock_waves
app = create_app()
faults = app.config["SETTINGS"].data_path / "faults"
faults.mkdir(exist_ok=True)
with app.app_context():
    (faults / "{point}").write_text(str(os.getpid()))
    restock_waves.look()
"""


@pytest.fixture
def back(any_app):
    """Back for a minute, with one person who waits for it."""
    make_product(sku="CUP", name="Cup", stock=0)
    unlock_ledger()
    wait_for_it("CUP", ADA)
    change("CUP", "receive", 1)
    pass_time(1.1)
    return any_app


def test_whose_turn_it_is_gets_a_mail_with_both_links(back):
    look()
    run_jobs(back)

    assert mails("The Cup is back") == [ADA]
    assert "http://localhost:3001/products/" in newest_mail()
    assert f"/back-in-stock/{token_of(ADA)}/stop" in newest_mail()


def test_a_job_that_runs_twice_mails_once(back):
    look()
    request_id = db.session.scalars(sa.select(RestockRequest.id)).one()

    for _ in range(2):
        send_restock_mail(request_id)

    assert mails("The Cup is back") == [ADA]


def test_a_job_for_one_whose_turn_it_is_not_mails_nothing(back):
    send_restock_mail(db.session.scalars(sa.select(RestockRequest.id)).one())
    send_restock_mail(4711)

    assert mails("The Cup is back") == []


def test_who_leaves_the_list_before_the_mail_gets_none(back):
    look()
    with transaction():
        restocks.cancel(token_of(ADA))
    run_jobs(back)

    assert mails("The Cup is back") == []


def test_an_address_that_takes_no_mail_gets_none(back):
    look()
    with transaction():
        suppress(ADA, "bounced", "550 no such person")
    run_jobs(back)

    assert mails("The Cup is back") == []


def test_a_closed_account_gets_none(any_app):
    user = make_user(email=ADA)
    make_product(sku="CUP", name="Cup", stock=0)
    unlock_ledger()
    restocks.ask("CUP", ADA, user)
    change("CUP", "receive", 1)
    pass_time(1.1)
    disable_user(ADA)
    look()
    run_jobs(any_app)

    assert mails("The Cup is back") == []


@pytest.mark.slow
@pytest.mark.processes
def test_a_clock_killed_between_claim_and_mail_and_the_mail_still_comes_once(back, process_environment):
    killed = subprocess.run(
        [sys.executable, "-c", LOOK.format(point="after_commit")], env=process_environment, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert (told(), mails("The Cup is back")) == ([ADA], [])

    wait_for(outbox.sweep, what="the event that was left behind")
    run_jobs(back)

    assert (look(), mails("The Cup is back")) == (0, [ADA])


@pytest.mark.processes
def test_a_clock_killed_before_the_claim_is_written_has_told_nobody(back, process_environment):
    killed = subprocess.run(
        [sys.executable, "-c", LOOK.format(point="before_commit")], env=process_environment, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert told() == []

    assert look() == 1


def test_a_queue_that_redis_lost_is_made_again_once(back, redis):
    look()
    redis.flushall()
    pass_time(16)

    queue_lost()
    run_jobs(back)
    queue_lost()
    run_jobs(back)

    assert mails("The Cup is back") == [ADA]
