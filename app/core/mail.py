"""Mail: written down with the change it tells of, sent by a job, through SMTP or into a folder that the demo shows."""

import smtplib
import ssl
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock, jobs
from app.core.database import BigKey, db, transaction
from app.settings import Settings

SMTP_TIMEOUT_S = 10
LOST_AFTER_MS = 15 * 60 * 1000
GIVE_UP_AFTER_MS = 2 * 24 * 3600 * 1000


class Mail(db.Model):
    """One mail. `sent_at` makes a job that runs twice send once."""

    __tablename__ = "mail"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    to: Mapped[str] = mapped_column(sa.String(254))
    subject: Mapped[str] = mapped_column(sa.String(200))
    body: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[int] = mapped_column(sa.BigInteger)
    sent_at: Mapped[int | None] = mapped_column(sa.BigInteger)

    @property
    def path(self) -> str:
        return f"/mails/{self.id}"


def write_mail(to: str, template: str, **context: object) -> None:
    """Queue a mail inside the running transaction. The template's first line is the subject."""
    subject, body = (
        current_app.extensions["fragments"]
        .overlay(autoescape=False)
        .get_template(template)
        .render(**context)
        .split("\n", 1)
    )
    mail = Mail(to=to, subject=subject.strip(), body=body.strip() + "\n", created_at=clock.now_ms())
    db.session.add(mail)
    db.session.flush()  # the job takes the id
    jobs.run_later(deliver_mail, mail.id)


def queue_unsent() -> None:
    """Queue again what no job will send any more, such as after Redis lost its queue: RQ gives up after 13 minutes."""
    now = clock.now_ms()
    lost = sa.select(Mail.id).where(
        Mail.sent_at.is_(None), Mail.created_at.between(now - GIVE_UP_AFTER_MS, now - LOST_AFTER_MS)
    )
    for mail_id in db.session.scalars(lost).all():
        with transaction():
            jobs.run_later(deliver_mail, mail_id)


def deliver_mail(mail_id: int) -> None:
    """Send once: returns at once when it was sent already; a failed send raises, and RQ tries again."""
    mail = db.session.get(Mail, mail_id)
    if mail is None or mail.sent_at:
        return
    settings: Settings = current_app.config["SETTINGS"]
    message = compose(mail, settings)
    if settings.MAIL_URL:
        send_smtp(message, settings.MAIL_URL)
    else:
        save_to_folder(message, settings.data_path / "mails", mail_id)
    with transaction():
        db.session.execute(sa.update(Mail).where(Mail.id == mail_id).values(sent_at=clock.now_ms()))


def compose(mail: Mail, settings: Settings) -> EmailMessage:
    """`Address` refuses a second address smuggled into the first, which a plain header would parse and obey."""
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = settings.MAIL_FROM
    message["To"] = Address(addr_spec=mail.to)
    message["Subject"] = mail.subject
    message["Message-ID"] = f"<{mail.id}.{mail.created_at}@{urlsplit(settings.PUBLIC_URL).hostname}>"
    message.set_content(mail.body)
    return message


def save_to_folder(message: EmailMessage, folder: Path, mail_id: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{mail_id}.eml").write_bytes(message.as_bytes())


def send_smtp(message: EmailMessage, url: str) -> None:
    server = urlsplit(url)
    # The library's own context believes any certificate, and passwords and login links travel here.
    context = ssl.create_default_context()
    with open_smtp(server.scheme, server.hostname or "localhost", server.port or 0, context) as client:
        client.ehlo()
        if server.scheme == "smtp+starttls" or client.has_extn("starttls"):
            client.starttls(context=context)
        if server.username:
            client.login(unquote(server.username), unquote(server.password or ""))
        client.send_message(message)


def open_smtp(scheme: str, host: str, port: int, context: ssl.SSLContext) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=SMTP_TIMEOUT_S, context=context)
    return smtplib.SMTP(host, port, timeout=SMTP_TIMEOUT_S)
