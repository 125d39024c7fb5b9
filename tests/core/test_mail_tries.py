"""What becomes of a mail that a server does not take, and how a mail in two parts looks to who gets it."""

import smtplib
from email import message_from_string, policy

import pytest
import sqlalchemy as sa

from app.core import clock, jobs, mail
from app.core.database import db, transaction
from app.core.mail import Mail, deliver_mail, queue_unsent
from app.core.outbox_rows import OutboxEvent
from app.notifications.models import Suppression
from tests.core.smtp_server import serving
from tests.core.test_mail import write

STOP = "http://localhost:3001/notifications/stop/" + "a" * 120


@pytest.fixture
def server():
    with serving() as server:
        yield server


@pytest.fixture
def shop(make_app, server):
    app = make_app(MAIL_URL=f"smtp://127.0.0.1:{server.port}")
    with app.app_context():
        yield app


def find(mail_id):
    db.session.rollback()
    return db.session.get_one(Mail, mail_id)


def suppressed():
    db.session.rollback()
    return [(each.address, each.reason, each.detail) for each in db.session.scalars(sa.select(Suppression))]


def test_a_server_that_says_later_is_asked_again(shop, server):
    server.refusals = ["451 try later"]
    mail_id = write().id

    with pytest.raises(smtplib.SMTPRecipientsRefused):
        deliver_mail(mail_id)
    first = find(mail_id)
    assert (first.attempts, first.sent_at, first.failed_at) == (1, None, None)
    assert "451" in first.error

    deliver_mail(mail_id)
    assert find(mail_id).sent_at
    assert (find(mail_id).attempts, find(mail_id).error) == (2, "")
    assert len(server.mails) == 1
    assert suppressed() == []


def test_it_is_asked_again_after_one_five_and_thirty_minutes(shop, redis):
    write()
    jobs_of_mail = jobs.queue_of(redis, "default").jobs

    assert [each.retry_intervals for each in jobs_of_mail] == [[60, 300, 1800]]
    assert [each.retries_left for each in jobs_of_mail] == [3]


def test_an_address_that_takes_no_mail_is_remembered_and_tried_no_more(shop, server):
    server.refusals = ["550 no such person"]
    mail_id = write(to="Gone@example.test").id

    deliver_mail(mail_id)

    failed = find(mail_id)
    assert (failed.sent_at, failed.attempts, failed.error) == (None, 1, "550 no such person")
    assert failed.failed_at
    assert suppressed() == [("gone@example.test", "bounced", "550 no such person")]
    deliver_mail(mail_id)
    assert server.mails == []
    assert find(mail_id).attempts == 1


def test_a_server_that_takes_no_mail_of_ours_says_nothing_about_the_address(make_app):
    with serving(refusal="550 who are you") as server:
        app = make_app(MAIL_URL=f"smtp://127.0.0.1:{server.port}")
        with app.app_context():
            mail_id = write().id
            with pytest.raises(smtplib.SMTPSenderRefused):
                deliver_mail(mail_id)

            assert find(mail_id).failed_at is None
            assert suppressed() == []


@pytest.mark.parametrize(
    ("changes", "again"), [({}, True), ({"failed_at": 1}, False), ({"tried_at": -1}, False)]
)
def test_what_failed_for_good_or_was_just_tried_is_not_queued_again(app, changes, again):
    now = clock.now_ms()
    values = {"created_at": now - 2 * mail.LOST_AFTER_MS}
    with transaction():
        db.session.add(Mail(to="a@example.test", subject="Hello", body="", **values, **changes))
        db.session.flush()
        if "tried_at" in changes:
            db.session.execute(sa.update(Mail).values(tried_at=now))

    queue_unsent()

    db.session.rollback()
    count = db.session.scalar(sa.select(sa.func.count()).where(OutboxEvent.topic == "job"))
    assert count == int(again)


def test_a_mail_in_two_parts_can_be_ended_with_one_click(shop, server):
    mail_id = write().id
    with transaction():
        db.session.execute(sa.update(Mail).values(html="<p>Set it &amp; go</p>", unsubscribe_url=STOP))

    deliver_mail(mail_id)

    [raw] = server.mails
    sent = message_from_string(raw, policy=policy.default)
    assert [part.get_content_type() for part in sent.iter_parts()] == ["text/plain", "text/html"]
    assert sent.get_body(("html",)).get_content().strip() == "<p>Set it &amp; go</p>"
    assert f"List-Unsubscribe: <{STOP}>\r\n" in raw
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_mail_that_nobody_can_end_has_no_header_that_says_so(shop, server):
    deliver_mail(write().id)

    assert "List-Unsubscribe" not in server.mails[0]
