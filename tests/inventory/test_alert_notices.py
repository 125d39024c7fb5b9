"""What staff hear of stock that runs out: by push or by mail, one by one or all in one, and no more once it is settled."""

import pytest
import sqlalchemy as sa

from app.core.database import db, transaction
from app.core.mail import Mail
from app.core.outbox import Announcement
from app.inventory import alert_notices
from app.inventory.alert_mails import GATHER_MS, send_alert_mails
from app.notifications import notify
from app.notifications.choices import preferences
from app.notifications.notify import Notice
from tests.factories import make_product, make_user
from tests.inventory.alerting import age_alerts, all_alerts, move_to
from tests.inventory.test_alert_mails import acknowledge_all, run_out
from tests.notifications.devices import subscribe
from tests.notifications.heard import heard, is_relevant, pushes, titles, unread

QUARTER_MS = 15 * 60 * 1000


@pytest.fixture
def mira(any_app):
    return f"user:{make_user('staff', email='mira@example.test').public_id}"


def mails():
    db.session.rollback()
    return db.session.scalars(sa.select(Mail.subject).order_by(Mail.id)).all()


def tell_all():
    """Each in a mail's time of its own."""
    age_alerts(GATHER_MS)
    return send_alert_mails()


def test_staff_and_admins_hear_it_and_nobody_else(mira):
    admin = make_user("admin")
    make_user("agent"), make_user("shopper")
    run_out("CUP", name="Harbour cup")
    send_alert_mails()

    assert {each.subject for each in heard()} == {mira, f"user:{admin.public_id}"}
    assert (heard(mira)[0].title, heard(mira)[0].body) == ("CUP is running low", "Harbour cup: 3 left.")


def test_with_a_device_the_mail_waits_behind_the_push(mira):
    subscribe(mira)
    run_out("CUP")
    send_alert_mails()

    assert (pushes(), mails()) == ([("CUP is running low", "pending")], [])
    assert heard()[0].email_state == "due"


def test_without_a_device_the_mail_goes_at_once(mira):
    run_out("CUP")
    send_alert_mails()

    assert (titles(mira), mails()) == (["CUP is running low"], ["CUP is running low"])
    assert heard()[0].email_state == "none"


def test_who_wants_no_mail_finds_it_in_the_page(mira):
    with transaction():
        preferences.set_preference(mira, "staff_low_stock", "email", False, "settings")
    run_out("CUP")
    send_alert_mails()

    assert (titles(mira), mails()) == (["CUP is running low"], [])


def test_a_job_that_runs_twice_tells_once(mira):
    run_out("CUP")
    for _ in range(2):
        tell_all()

    assert titles(mira) == ["CUP is running low"]


def test_five_within_a_quarter_of_an_hour_are_one(mira):
    subscribe(mira)
    for number in range(6):
        run_out(f"CUP-{number}")
    tell_all()

    assert titles(mira) == ["6 SKUs are running out"]
    assert "CUP-0" in heard()[0].body


def test_after_four_the_fifth_speaks_of_all_and_the_next_ones_wait_for_the_quarter_to_end(mira):
    for number in range(5):
        run_out(f"CUP-{number}")
        tell_all()
    assert titles(mira) == [
        *(f"CUP-{number} is running low" for number in range(4)),
        "5 SKUs are running out",
    ]
    assert unread(mira) == ["5 SKUs are running out"]

    for number in range(5, 7):
        run_out(f"CUP-{number}")
        assert tell_all() == 0
    age_alerts(QUARTER_MS)

    assert tell_all() == 2
    assert len(titles(mira)) == 7


def test_what_is_resolved_is_settled_for_everybody(mira):
    run_out("CUP")
    send_alert_mails()
    news = heard()[0]
    assert is_relevant(news)

    move_to("CUP", 30)

    assert (unread(mira), is_relevant(news)) == ([], False)


def test_what_somebody_takes_care_of_is_settled_and_so_is_the_crowd(mira):
    for number in range(5):
        run_out(f"CUP-{number}")
    tell_all()
    news = heard()[0]
    assert is_relevant(news)

    acknowledge_all()

    assert (unread(mira), is_relevant(news)) == ([], False)


def test_what_a_shopper_waits_for_is_not_settled_with_it(mira):
    """Both are about the same SKU: it is back because it does not run out any more."""
    run_out("CUP")
    send_alert_mails()
    facts = {"product": "Cup", "item": "Cup", "slug": "cup", "sku": "CUP"}
    with transaction():
        notify.notify(Notice("visitor:ada", "back_in_stock", "restock:1", facts, "sku:CUP"))

    move_to("CUP", 30)

    assert unread() == ["Cup is back"]


def test_an_event_that_comes_again_settles_nothing_that_is_open(mira):
    run_out("CUP")
    send_alert_mails()
    for _ in range(2):
        alert_notices.alert_changed(Announcement(1, "alert_changed", str(all_alerts()[0].id), 0))
    alert_notices.alert_changed(Announcement(1, "alert_changed", "4711", 0))

    assert unread(mira) == ["CUP is running low"]


def test_what_is_gone_says_so(mira):
    make_product(sku="CUP", stock=20)
    move_to("CUP", 0)
    send_alert_mails()

    assert titles(mira) == ["CUP is out of stock"]
