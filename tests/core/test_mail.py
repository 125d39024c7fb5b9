"""Mail: written with its change, sent once, to one address, over a connection that is what it says."""

import base64
import smtplib
import ssl
from email import message_from_bytes, policy

import pytest
import sqlalchemy as sa

from app.core import jobs
from app.core.database import db, transaction
from app.core.mail import Mail, compose, deliver_mail, write_mail
from app.settings import SettingsError
from tests.core.smtp_server import make_certificate, serving
from tests.support.settings import settings_for

LINK = "http://localhost:3001/password/abc"
TEMPLATE = "security/password_link.mail.txt"


def write(to="ada@example.test", name="Ada"):
    with transaction():
        write_mail(to, TEMPLATE, name=name, link=LINK, minutes=30)
    db.session.rollback()
    return db.session.scalars(sa.select(Mail).order_by(Mail.id.desc())).first()


@pytest.fixture
def deliver(make_app):
    """`deliver(url)`: write a mail in a shop that sends through this server, and run its job."""

    def run(url):
        app = make_app(MAIL_URL=url)
        with app.app_context():
            mail_id = write().id
            deliver_mail(mail_id)
            db.session.rollback()
            return db.session.get_one(Mail, mail_id).sent_at

    return run


def test_a_mail_is_words_and_not_markup(app):
    mail = write(name="Ada & <Grace>")

    assert (mail.to, mail.subject) == ("ada@example.test", "Set a new password")
    assert mail.body.startswith("Hello Ada & <Grace>,\n")
    assert LINK in mail.body


def test_a_mail_of_a_transaction_that_failed_is_neither_kept_nor_sent(app, redis):
    with pytest.raises(ValueError), transaction():
        write_mail("ada@example.test", TEMPLATE, name="Ada", link=LINK, minutes=30)
        raise ValueError

    assert db.session.scalars(sa.select(Mail)).all() == []
    assert jobs.queue_of(redis, "default").count == 0


def test_a_worker_sends_it_into_the_folder_when_there_is_no_server(app, redis):
    mail = write(name="Zoë")
    settings = app.config["SETTINGS"]

    jobs.work(app, settings.REDIS_URL, jobs.QUEUES, burst=True)

    db.session.rollback()
    sent = message_from_bytes(
        (settings.data_path / "mails" / f"{mail.id}.eml").read_bytes(), policy=policy.default
    )
    assert (sent["To"], sent["Subject"]) == ("ada@example.test", "Set a new password")
    assert "Hello Zoë" in sent.get_content()
    assert db.session.get_one(Mail, mail.id).sent_at


def test_a_job_that_runs_twice_sends_once(make_app):
    with serving() as server:
        app = make_app(MAIL_URL=f"smtp://127.0.0.1:{server.port}")
        with app.app_context():
            mail_id = write().id
            deliver_mail(mail_id)
            deliver_mail(mail_id)

    assert len(server.mails) == 1


def test_a_mail_that_is_gone_is_no_error(app):
    deliver_mail(4711)


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.test, eve@example.test",
        "ada@example.test; eve@example.test",
        "ada@example.test\r\nBcc: eve@example.test",
        "ada@example.test\nBcc: eve@example.test",
        "Eve <eve@example.test>",
        "ada@example.test <eve@example.test>",
        "ada",
        "",
    ],
)
def test_an_address_with_anything_smuggled_in_is_refused(app, address):
    mail = Mail(id=1, to=address, subject="Hello", body="Text", created_at=0)

    with pytest.raises(Exception):  # noqa: B017 - each mistake has an exception of its own in the library
        compose(mail, app.config["SETTINGS"])


@pytest.mark.parametrize(
    "subject", ["Hello\r\nBcc: eve@example.test", "Hello\nX-Evil: 1", "Hello\rX-Evil: 1"]
)
def test_a_subject_with_a_header_in_it_is_refused(app, subject):
    mail = Mail(id=1, to="ada@example.test", subject=subject, body="Text", created_at=0)

    with pytest.raises(ValueError):
        compose(mail, app.config["SETTINGS"])


def test_a_plain_address_is_one_recipient(app):
    mail = Mail(id=1, to="ada+shop@example.test", subject="Hällo", body="Text\n.\nMore", created_at=5)

    message = compose(mail, app.config["SETTINGS"])

    assert [address.addr_spec for address in message["To"].addresses] == ["ada+shop@example.test"]
    assert message["Message-ID"] == "<1.5@localhost>"
    assert message["From"] == "kilnmark <shop@localhost>"


def test_a_server_gets_the_whole_mail(deliver):
    with serving() as server:
        sent_at = deliver(f"smtp://127.0.0.1:{server.port}")

    assert sent_at
    assert "mail FROM:<shop@localhost>" in " ".join(server.lines)
    assert "rcpt TO:<ada@example.test>" in " ".join(server.lines)
    assert LINK in server.mails[0]


def test_a_server_with_a_password_gets_it_unquoted(deliver):
    with serving() as server:
        deliver(f"smtp://shop%40example:p%2Fw@127.0.0.1:{server.port}")

    login = base64.b64encode(b"\0shop@example\0p/w").decode()
    assert f"AUTH PLAIN {login}" in server.lines


@pytest.mark.parametrize(
    "host", ["smtp.example.test:587", "10.0.0.5", "[2001:db8::1]", "localhost.example.test"]
)
def test_a_password_for_another_machine_needs_tls_or_nothing_starts(tmp_path, host):
    with pytest.raises(SettingsError) as error:
        settings_for(tmp_path, MAIL_URL=f"smtp://shop:secret@{host}")

    assert error.value.problems == [
        "MAIL_URL: a login needs TLS: use smtps:// or smtp+starttls://, or a server on this machine"
    ]


@pytest.mark.parametrize(
    "url",
    [
        "smtps://shop:secret@smtp.example.test",
        "smtp+starttls://shop:secret@smtp.example.test:587",
        "smtp://smtp.example.test",
        "smtp://shop:secret@localhost:25",
        "smtp://shop:secret@127.0.0.53",
        "smtp://shop:secret@[::1]:25",
    ],
)
def test_a_password_may_travel_with_tls_or_inside_this_machine(tmp_path, url):
    assert settings_for(tmp_path, MAIL_URL=url).MAIL_URL == url


def test_a_server_that_lost_its_starttls_gets_neither_password_nor_mail(deliver):
    with serving() as server, pytest.raises(smtplib.SMTPNotSupportedError):
        deliver(f"smtp+starttls://user:password@127.0.0.1:{server.port}")

    assert server.mails == []
    assert "AUTH" not in " ".join(server.lines)


def test_a_server_that_refuses_leaves_the_mail_unsent(make_app):
    with serving(refusal="451 later") as server:
        app = make_app(MAIL_URL=f"smtp://127.0.0.1:{server.port}")
        with app.app_context():
            mail_id = write().id
            with pytest.raises(smtplib.SMTPException):
                deliver_mail(mail_id)

            assert db.session.get_one(Mail, mail_id).sent_at is None


@pytest.mark.parametrize(("scheme", "starttls"), [("smtps", False), ("smtp", True), ("smtp+starttls", True)])
def test_a_certificate_that_nobody_vouches_for_gets_neither_password_nor_mail(
    deliver, tmp_path, scheme, starttls
):
    certificate = make_certificate(tmp_path / "server.pem")
    with (
        serving(certificate=certificate, starttls=starttls) as server,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        deliver(f"{scheme}://user:password@127.0.0.1:{server.port}")

    assert server.mails == []
    assert "AUTH" not in " ".join(server.lines)


@pytest.mark.parametrize(("scheme", "starttls"), [("smtps", False), ("smtp", True), ("smtp+starttls", True)])
def test_a_certificate_that_is_trusted_gets_both(deliver, tmp_path, monkeypatch, scheme, starttls):
    certificate = make_certificate(tmp_path / "server.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with serving(certificate=certificate, starttls=starttls) as server:
        deliver(f"{scheme}://user:password@127.0.0.1:{server.port}")

    assert LINK in server.mails[0]
    assert "AUTH" in " ".join(server.lines)
