"""Mail: written down with the change it tells of, sent by a job, through SMTP or into a folder that the demo shows.

A server that says "later" is asked again after 1, 5 and 30 minutes, and then about hourly for two days. One that says "no"
is believed: the mail has failed, and who keeps addresses that take none hears of it.
"""

import smtplib
import ssl
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock, jobs, metrics, outbox
from app.core.database import BigKey, db, transaction
from app.settings import Settings

SMTP_TIMEOUT_S = 10
RETRY_AFTER_S = [60, 300, 1800]
LOST_AFTER_MS = 45 * 60 * 1000
GIVE_UP_AFTER_MS = 2 * 24 * 3600 * 1000
MOST_ERROR = 200
LASTING = 500
REFUSED = "mail_refused"
# Longer lines are folded, and an address in a header that is folded is encoded beyond use.
POLICY = policy.SMTP.clone(max_line_length=998)


class Mail(db.Model):
    """One mail. `sent_at` makes a job that runs twice send once, `failed_at` that nobody tries again.

    `html` is empty for words alone. `unsubscribe_url` is where one POST ends mails of this kind (RFC 8058).
    """

    __tablename__ = "mail"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    to: Mapped[str] = mapped_column(sa.String(254))
    subject: Mapped[str] = mapped_column(sa.String(200))
    body: Mapped[str] = mapped_column(sa.Text)
    html: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    unsubscribe_url: Mapped[str] = mapped_column(sa.String(500), default="", server_default="")
    created_at: Mapped[int] = mapped_column(sa.BigInteger)
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    tried_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    sent_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    failed_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    error: Mapped[str] = mapped_column(sa.String(MOST_ERROR), default="", server_default="")

    @property
    def path(self) -> str:
        return f"/mails/{self.id}"


WAITING = sa.and_(Mail.sent_at.is_(None), Mail.failed_at.is_(None))


def write_mail(
    to: str, template: str, html_template: str = "", unsubscribe_url: str = "", /, **context: object
) -> None:
    """Queue a mail inside the running transaction. The template's first line is the subject."""
    fragments = current_app.extensions["fragments"]
    context |= {"unsubscribe_url": unsubscribe_url}
    words = fragments.overlay(autoescape=False).get_template(template)
    subject, body = words.render(**context).split("\n", 1)
    mail = Mail(
        to=to,
        subject=subject.strip(),
        body=body.strip() + "\n",
        html=fragments.get_template(html_template).render(**context) if html_template else "",
        unsubscribe_url=unsubscribe_url,
        created_at=clock.now_ms(),
    )
    db.session.add(mail)
    db.session.flush()  # the job takes the id
    deliver_later(mail.id)


def deliver_later(mail_id: int) -> None:
    jobs.run_later(deliver_mail, mail_id, retry_after_s=RETRY_AFTER_S)


def queue_unsent() -> None:
    """Queue again what no job will send any more: its tries are over, or Redis has lost its queue."""
    now = clock.now_ms()
    lost = sa.select(Mail.id).where(
        WAITING,
        Mail.created_at >= now - GIVE_UP_AFTER_MS,
        sa.func.coalesce(Mail.tried_at, Mail.created_at) <= now - LOST_AFTER_MS,
    )
    for mail_id in db.session.scalars(lost).all():
        with transaction():
            deliver_later(mail_id)


def deliver_mail(mail_id: int) -> None:
    """Send once: returns at once when it was sent already; a failed send raises, and RQ tries again."""
    mail = db.session.get(Mail, mail_id)
    if mail is None or mail.sent_at or mail.failed_at:
        return
    settings: Settings = current_app.config["SETTINGS"]
    message = compose(mail, settings)
    try:
        if settings.MAIL_URL:
            send_smtp(message, settings.MAIL_URL)
        else:
            save_to_folder(message, settings.data_path / "mails", mail_id)
    except (smtplib.SMTPException, OSError) as error:
        note_failure(mail_id, refusal := find_refusal(error), str(error))
        metrics.count("mail_tries", result="refused" if refusal else "later")
        if refusal is None:
            raise
        return
    note(mail_id, sent_at=clock.now_ms(), error="")
    metrics.count("mail_tries", result="sent")


class Refusal(NamedTuple):
    """A lasting "no" (5xx), to this recipient or to this mail."""

    code: int
    said: str
    is_recipient: bool


def find_refusal(error: Exception) -> Refusal | None:
    """None for what may go better later: no answer, 4xx, and a server that refuses us and not them."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
        return Refusal(code, read_words(said), is_recipient=True) if code >= LASTING else None
    if isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= LASTING:
        return Refusal(error.smtp_code, read_words(error.smtp_error), is_recipient=False)
    return None


def read_words(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said


def note_failure(mail_id: int, refusal: Refusal | None, error: str) -> None:
    if refusal is None:
        note(mail_id, error=error[:MOST_ERROR])
        return
    said = f"{refusal.code} {refusal.said}"[:MOST_ERROR]
    with transaction():
        note(mail_id, failed_at=clock.now_ms(), error=said)
        if refusal.is_recipient:
            outbox.announce(REFUSED, str(mail_id))


def note(mail_id: int, **values: object) -> None:
    """What became of a try."""
    values |= {"attempts": Mail.attempts + 1, "tried_at": clock.now_ms()}
    with transaction():
        db.session.execute(sa.update(Mail).where(Mail.id == mail_id).values(values))


def compose(mail: Mail, settings: Settings) -> EmailMessage:
    """`Address` refuses a second address smuggled into the first, which a plain header would parse and obey."""
    message = EmailMessage(policy=POLICY)
    message["From"] = settings.MAIL_FROM
    message["To"] = Address(addr_spec=mail.to)
    message["Subject"] = mail.subject
    message["Message-ID"] = f"<{mail.id}.{mail.created_at}@{urlsplit(settings.PUBLIC_URL).hostname}>"
    if mail.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{mail.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail.body)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
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
