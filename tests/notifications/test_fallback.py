"""The mail behind a push: when it goes, that it goes once, and what keeps it from going."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from app.core.database import db, read_now, transaction
from app.core.mail import Mail
from app.notifications.choices import quiet
from app.notifications.figures import marks
from app.notifications.figures.tokens import click_path, write_token
from app.notifications.inbox import inbox
from app.notifications.mailing import fallback
from app.notifications.models import Delivery, Notification
from tests.factories import make_user
from tests.notifications.devices import subscribe
from tests.notifications.telling import find, register, tell

BY_MAIL = {"mail": "fallback", "mail_after_s": 600, "defaults": frozenset({"page", "push", "email"})}


@pytest.fixture
def subject(any_app):
    register(any_app, **BY_MAIL)
    return f"user:{make_user(name='Ada & Co', email='ada@example.test').public_id}"


@pytest.fixture
def device(subject):
    return subscribe(subject)


def mails():
    db.session.expire_all()
    return db.session.scalars(sa.select(Mail).order_by(Mail.id)).all()


def set_delivery(**values):
    with transaction():
        db.session.execute(sa.update(Delivery).values(values))


def pass_time(ms=600_000):
    """As if all had been told so much earlier."""
    with transaction():
        columns = (
            Notification.created_at,
            Notification.not_before,
            Notification.fallback_at,
            Notification.expires_at,
        )
        db.session.execute(sa.update(Notification).values({column: column - ms for column in columns}))


def click(kind="clicked"):
    delivery = db.session.scalars(sa.select(Delivery)).one()
    with transaction():
        marks.mark(write_token(delivery.public_id, ""), kind)


def test_who_has_no_device_is_mailed_at_once(any_app, subject):
    told = tell(subject)

    assert fallback.send_due() == 1

    [mail] = mails()
    assert (mail.to, mail.subject) == ("ada@example.test", "Ada, your parcel is on its way")
    assert "2 pieces left us today." in mail.body
    assert click_path(find(told).public_id) in mail.body
    assert "Hello Ada &amp; Co," in mail.html
    assert find(told).email_state == "sent"
    assert find(told).emailed_at
    assert fallback.send_due() == 0


def test_a_click_in_the_mail_reads_it_and_leads_on(any_app, subject):
    told = tell(subject, number="P-7")
    fallback.send_due()
    link = next(line for line in mails()[0].body.splitlines() if "/n/" in line)

    client = any_app.test_client(use_cookies=False)
    answer = client.get(urlsplit(link).path, headers={"Sec-Fetch-Mode": "navigate"})

    assert (answer.status_code, answer.location) == (303, "/parcels/P-7")
    assert find(told).read_at


@pytest.mark.parametrize("state", ["failed", "gone", "suppressed"])
def test_who_no_push_can_reach_is_mailed_at_once(any_app, subject, device, state):
    tell(subject)
    assert fallback.send_due() == 0

    set_delivery(state=state)

    assert fallback.send_due() == 1


@pytest.mark.parametrize("state", ["pending", "retry", "accepted"])
def test_a_push_that_nobody_saw_is_followed_by_a_mail_when_its_time_has_come(any_app, subject, device, state):
    tell(subject)
    set_delivery(state=state)
    pass_time(599_000 - 30_000)
    assert fallback.send_due() == 0

    pass_time(31_000)

    assert fallback.send_due() == 1


def test_a_click_one_second_before_cancels_it(any_app, subject, device):
    told = tell(subject)
    set_delivery(state="accepted")
    click()

    pass_time()

    assert fallback.send_due() == 0
    assert find(told).email_state == "skipped"


def test_what_a_device_has_shown_is_not_mailed(any_app, subject, device):
    told = tell(subject)
    set_delivery(state="accepted")
    click("displayed")

    pass_time()

    assert fallback.send_due() == 0
    assert find(told).email_state == "skipped"


def test_what_is_read_in_the_page_is_not_mailed(any_app, subject):
    tell(subject)
    with transaction():
        inbox.mark_read(subject)

    assert fallback.send_due() == 0


def test_what_a_newer_one_has_replaced_is_not_mailed(any_app, subject, device):
    tell(subject, about="parcel:1"), tell(subject, about="parcel:1", name="Eve")
    pass_time()

    assert fallback.send_due() == 1
    assert mails()[0].subject.startswith("Eve")


def test_two_sweeps_at_once_send_one_mail_each(any_app, subject):
    for _ in range(5):
        tell(subject)
    db.session.rollback()

    def sweep(_):
        with any_app.app_context():
            return fallback.send_due()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(sweep, range(4))) == 5
    assert len(mails()) == 5


def test_two_that_found_the_same_one_write_one_mail(any_app, subject):
    told = find(tell(subject)).id
    db.session.rollback()

    def send(_):
        with any_app.app_context():
            return fallback.try_mail(told)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(send, range(8))) == 1
    assert len(mails()) == 1


def test_a_category_that_is_always_mailed_waits_for_no_push(any_app, subject, device):
    register(any_app, **(BY_MAIL | {"mail": "always"}))
    tell(subject)
    set_delivery(state="accepted", displayed_at=1)

    assert fallback.send_due() == 1
    assert fallback.send_due() == 0


def test_who_looks_at_the_shop_is_mailed_only_when_the_time_has_come(any_app, subject, monkeypatch):
    asked = []
    monkeypatch.setattr(fallback, "find_connected", lambda each: asked.append(each) or frozenset({subject}))
    for _ in range(3):
        tell(subject)
    assert fallback.send_due() == 0
    assert asked == [{subject}], "Redis is asked once, however many wait"

    pass_time()

    assert fallback.send_due() == 3


def test_where_nobody_knows_who_looks_a_mail_is_sent(any_app, subject, monkeypatch):
    monkeypatch.setattr(fallback, "find_connected", lambda _: None)
    tell(subject)

    assert fallback.send_due() == 1


def test_quiet_hours_hold_for_mails(any_app, subject):
    register(any_app, **BY_MAIL, bypasses_quiet=False)
    with transaction():
        quiet.set_pause(subject, read_now() + 1_200_000)
    tell(subject)
    pass_time(600_000)
    assert fallback.send_due() == 0

    pass_time(601_000)

    assert fallback.send_due() == 1


def test_nothing_is_mailed_after_it_has_expired(any_app, subject):
    told = tell(subject)
    pass_time(25 * 3600_000)

    assert fallback.send_due() == 0
    assert find(told).email_state == "skipped"


def test_a_guest_is_mailed_where_the_feature_was_left_an_address(any_app):
    addresses = {("visitor:ada", "parcel:1"): "ada@example.test"}
    register(any_app, **BY_MAIL, find_address=lambda *wanted: addresses.get(wanted))
    tell("visitor:ada", about="parcel:1"), tell("visitor:kim", about="parcel:1"), tell("visitor:ada")

    assert fallback.send_due() == 1

    assert [mail.to for mail in mails()] == ["ada@example.test"]
    assert "Hello,\n" in mails()[0].body


def test_an_account_is_mailed_at_its_own_address_alone(any_app):
    register(any_app, **BY_MAIL, find_address=lambda *_: "else@example.test")
    tell("user:gone")

    assert fallback.send_due() == 0
