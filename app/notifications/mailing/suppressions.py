"""Addresses that take no more mail, and who learnt it."""

from typing import Literal

import sqlalchemy as sa

from app.core.database import db, now_ms, run_transaction
from app.core.mail import Mail
from app.core.outbox import Announcement
from app.core.upsert import insert_into
from app.notifications.models import Suppression

Reason = Literal["bounced", "complained", "unsubscribed"]
MOST_DETAIL = 200


def suppress(address: str, reason: Reason, detail: str = "") -> None:
    """Inside the running transaction; the first reason stays."""
    row = insert_into(Suppression).values(
        address=address.lower(), reason=reason, detail=detail[:MOST_DETAIL], created_at=now_ms()
    )
    db.session.execute(row.on_conflict_do_nothing(index_elements=["address"]))


def is_suppressed(address: str) -> bool:
    found = sa.select(Suppression.address).where(Suppression.address == address.lower())
    return db.session.scalar(found) is not None


def mail_refused(event: Announcement) -> None:
    """A server said for good that it takes no mail for this address."""
    mail = db.session.get(Mail, int(event.key))
    if mail is not None:
        to, said = mail.to, mail.error
        run_transaction(lambda: suppress(to, "bounced", said))
