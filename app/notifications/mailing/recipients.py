"""Whom a notification is mailed to, if anybody."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.core.database import db
from app.notifications.categories import Category
from app.notifications.choices import preferences
from app.notifications.mailing.suppressions import is_suppressed
from app.notifications.models import Delivery, Notification
from app.security.models import User


@dataclass(frozen=True)
class Recipient:
    """A guest has no name that we know."""

    address: str
    name: str = ""


def find_recipient(told: Notification, category: Category) -> Recipient | None:
    """None for whom nobody knows an address of, and for who does not want it, takes no mail or has had enough of it."""
    recipient = find_account(told.subject) or find_guest(told, category)
    if recipient is None or "email" not in preferences.channels_of(told.subject, category):
        return None
    if category.kind in ("interest", "marketing") and is_suppressed(recipient.address):
        return None
    return None if is_enough(told, category) else recipient


def find_account(subject: str) -> Recipient | None:
    kind, _, public_id = subject.partition(":")
    if kind != "user":
        return None
    open_ones = sa.select(User).where(User.public_id == public_id, User.disabled_at.is_(None))
    user = db.session.scalar(open_ones)
    return Recipient(user.email, user.name) if user else None


def find_guest(told: Notification, category: Category) -> Recipient | None:
    """Where the feature itself was left an address for this."""
    address = category.find_address(told.subject, told.about) if told.subject.startswith("visitor:") else None
    return Recipient(address) if address else None


def is_enough(told: Notification, category: Category) -> bool:
    """The cap counts what was pushed or mailed: what is over it is in the page and nowhere else."""
    if category.cap is None:
        return False
    others = sa.select(sa.func.count()).where(
        Notification.subject == told.subject,
        Notification.category == told.category,
        Notification.id != told.id,
        Notification.created_at > told.created_at - category.cap.within_s * 1000,
        Notification.created_at <= told.created_at,
        sa.or_(
            Notification.emailed_at.is_not(None),
            sa.exists().where(Delivery.notification_id == Notification.id).correlate(Notification),
        ),
    )
    return (db.session.scalar(others) or 0) >= category.cap.count
