"""Admins hear of who is kept out, once, and not of each of a crowd."""

import pytest
import sqlalchemy as sa

from app.core.database import db, run_transaction, transaction
from app.notifications.models import Notification
from app.operations import threat_notices
from app.security.access import Caller
from app.security.threats import lifting, records
from tests.factories import make_user
from tests.security.threats.clients import ATTACKER, client_from, probe
from tests.security.threats.test_records import events

MIRA = Caller("user:mira", "admin", ())


@pytest.fixture
def admins(any_app):
    return [make_user("admin", email=f"admin{number}@example.test").public_id for number in range(2)]


def told():
    db.session.rollback()
    return list(db.session.scalars(sa.select(Notification).order_by(Notification.id)))


def test_each_admin_hears_of_it_once_and_nobody_else(any_app, admins):
    make_user("staff", email="tomas@example.test")
    probe(client_from(any_app))

    records.write_down()
    run_transaction(lambda: threat_notices.tell(events()[0].public_id))

    assert [notice.subject for notice in told()] == [f"user:{admin}" for admin in admins]
    notice = told()[0]
    assert notice.title == f"{ATTACKER} is blocked for 15 minutes"
    assert notice.body == "Asked for a page that only scanners look for."
    assert notice.url == f"/staff/security/events/{events()[0].public_id}"


def test_of_one_client_they_hear_once_in_ten_minutes(any_app, admins):
    attacker = client_from(any_app)
    for _ in range(2):
        probe(attacker)
        records.write_down()
        with transaction():
            lifting.lift(events()[-1].public_id, "Again", MIRA)

    assert len(events()) == 2
    assert len(told()) == 2  # one for each admin


def test_who_is_let_in_is_no_news_any_more(any_app, admins):
    probe(client_from(any_app))
    records.write_down()
    assert [notice.read_at for notice in told()] == [None, None]

    with transaction():
        lifting.lift(events()[0].public_id, "A mistake", MIRA)

    assert all(notice.read_at for notice in told())
    assert not threat_notices.is_relevant(f"threat:{ATTACKER}", {})


def test_a_crowd_is_told_as_one(any_app, admins):
    for number in range(9):
        probe(client_from(any_app, f"198.51.100.{number}"))
    records.write_down()

    titles = [notice.title for notice in told()]

    assert len(titles) <= 2 * (threat_notices.CROWD + 2)  # two where ten minutes end in between
    assert titles[-1].endswith("clients were kept out within ten minutes")


def test_what_is_only_logged_is_told_to_nobody(make_app):
    app = make_app(THREAT_MODE="log")
    with app.app_context():
        make_user("admin", email="mira@example.test")
        probe(client_from(app))

        records.write_down()

        assert ([event.kind for event in events()], told()) == (["logged"], [])
