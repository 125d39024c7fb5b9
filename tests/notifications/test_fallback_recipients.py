"""Whom the mail behind a push goes to, whom it spares, and what a mail server gets."""

from email import message_from_string, policy

import pytest
import sqlalchemy as sa

from app.core import jobs
from app.core.database import db, now_ms, transaction
from app.core.errors import DatabaseBusy
from app.core.mail import deliver_mail
from app.notifications.categories import Cap
from app.notifications.choices import preferences
from app.notifications.mailing import fallback, suppressions
from app.notifications.models import Notification
from tests.core.smtp_server import serving
from tests.factories import make_user
from tests.notifications.telling import ADA, find, register, tell
from tests.notifications.test_fallback import BY_MAIL, mails


@pytest.fixture
def subject(any_app):
    register(any_app, **BY_MAIL)
    return f"user:{make_user(email='ada@example.test').public_id}"


def test_guests_are_not_mailed(any_app):
    register(any_app, **BY_MAIL)
    told = tell(ADA)

    assert fallback.send_due() == 0
    assert find(told).email_state == "skipped"
    assert find(told).emailed_at is None


def test_who_chose_no_mail_since_gets_none(any_app, subject):
    tell(subject)
    with transaction():
        preferences.set_preference(subject, "parcels", "email", False, "settings")

    assert fallback.send_due() == 0


@pytest.mark.parametrize(("kind", "count"), [("interest", 0), ("marketing", 0), ("transactional", 1)])
def test_an_address_that_takes_no_mail_is_spared_what_it_did_not_pay_for(any_app, subject, kind, count):
    register(any_app, **BY_MAIL, kind=kind)
    with transaction():
        suppressions.suppress("Ada@example.test", "bounced")
        suppressions.suppress("ada@example.test", "complained")
    tell(subject)

    assert fallback.send_due() == count


def test_what_is_not_true_any_more_is_not_mailed(any_app, subject):
    register(any_app, **BY_MAIL, is_relevant=lambda about, facts: about != "parcel:1")
    tell(subject, about="parcel:1"), tell(subject, about="parcel:2")

    assert fallback.send_due() == 1


def test_what_is_over_the_cap_stays_in_the_page(any_app, subject):
    register(any_app, **BY_MAIL, cap=Cap(2, 3600))
    for _ in range(4):
        tell(subject)

    assert fallback.send_due() == 2


def test_a_mail_that_cannot_be_written_keeps_no_other_from_being_sent(any_app, subject):
    def is_relevant(about, _):
        return 1 / 0 if about == "parcel:1" else True

    register(any_app, **BY_MAIL, is_relevant=is_relevant)
    broken = tell(subject, about="parcel:1")
    tell(subject, about="parcel:2")

    assert fallback.send_due() == 1
    assert find(broken).email_state == "failed"
    assert find(broken).emailed_at is None


def test_a_busy_database_is_asked_again(any_app, subject):
    def is_busy(*_):
        raise DatabaseBusy

    told = tell(subject)
    register(any_app, **BY_MAIL, is_relevant=is_busy)
    assert fallback.send_due() == 0
    assert find(told).email_state == "due"

    register(any_app, **BY_MAIL)

    assert fallback.send_due() == 1


def test_what_nobody_tells_of_any_more_is_dropped(any_app, subject):
    told = tell(subject)
    with transaction():
        db.session.execute(sa.update(Notification).values(category="gone"))

    assert fallback.send_due() == 0
    assert find(told).email_state == "skipped"


def test_without_the_fallback_there_are_no_mails(make_app):
    app = make_app(PUSH_ENABLE_EMAIL_FALLBACK="false")
    with app.app_context():
        register(app, **BY_MAIL)
        told = tell(f"user:{make_user().public_id}")
        with transaction():
            db.session.execute(sa.update(Notification).values(email_state="due", fallback_at=now_ms()))

        assert fallback.send_due() == 0
        assert find(told).email_state == "due"


def test_a_server_gets_both_parts_and_the_address_that_ends_them(make_app, redis):
    with serving() as server:
        app = make_app(MAIL_URL=f"smtp://127.0.0.1:{server.port}")
        with app.app_context():
            register(app, **BY_MAIL)
            tell(f"user:{make_user(email='ada@example.test').public_id}")
            fallback.send_due()

            jobs.work(app, app.config["SETTINGS"].REDIS_URL, jobs.QUEUES, burst=True)

    [raw] = server.mails
    sent = message_from_string(raw, policy=policy.default)
    assert [part.get_content_type() for part in sent.iter_parts()] == ["text/plain", "text/html"]
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = sent["List-Unsubscribe"].strip("<>")
    assert link.startswith(app.config["SETTINGS"].PUBLIC_URL)
    assert link in sent.get_body(("plain",)).get_content()


def test_an_address_that_bounces_gets_no_more_of_what_it_did_not_pay_for(make_app):
    with serving() as server:
        server.refusals = ["451 later", "550 no such person"]
        app = make_app(MAIL_URL=f"smtp://127.0.0.1:{server.port}")
        with app.app_context():
            register(app, **BY_MAIL, kind="interest")
            subject = f"user:{make_user(email='ada@example.test').public_id}"
            tell(subject)
            assert fallback.send_due() == 1
            [mail] = mails()
            with pytest.raises(Exception, match="451"):
                deliver_mail(mail.id)
            deliver_mail(mail.id)

            tell(subject)

            assert fallback.send_due() == 0
    assert server.mails == []
