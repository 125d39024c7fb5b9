"""The bell: what somebody has been told, newest first, and what of it is read."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.core import outbox
from app.core.database import db, now_ms
from app.notifications.models import Notification

PAGE = 20
# As many as the bell shows in figures.
MOST_COUNTED = 99
READ = "notification_read"

SHOWN = Notification.in_page.is_(True)
# What is read needs no mail.
AS_READ = {
    "read_at": now_ms(),
    "email_state": sa.case((Notification.email_state == "due", "skipped"), else_=Notification.email_state),
}
UNREAD = sa.and_(SHOWN, Notification.read_at.is_(None))


@dataclass(frozen=True)
class Page:
    """`before` leads to the page after it; None when this is the last."""

    found: Sequence[Notification]
    before: str | None


def list_notifications(subject: str, before: int | None = None, limit: int = PAGE) -> Sequence[Notification]:
    """Newest first; those with smaller ids than `before`."""
    mine = sa.select(Notification).where(Notification.subject == subject, SHOWN)
    if before is not None:
        mine = mine.where(Notification.id < before)
    return db.session.scalars(mine.order_by(Notification.id.desc()).limit(limit)).all()


def read_page(subject: str, before: str = "", limit: int = PAGE) -> Page:
    """Newest first; those that came before the one with this public id. One of somebody else leads to the first page."""
    start = find_notification(subject, before) if before else None
    found = list_notifications(subject, start.id if start else None, limit + 1)
    return Page(found[:limit], found[limit - 1].public_id if len(found) > limit else None)


def find_notification(subject: str, public_id: str) -> Notification | None:
    return db.session.scalar(
        sa.select(Notification).where(Notification.subject == subject, Notification.public_id == public_id)
    )


def get_notification(public_id: str) -> Notification | None:
    """Whose ever it is: for what is told to its owner."""
    return db.session.scalar(sa.select(Notification).where(Notification.public_id == public_id))


def count_unread(subject: str) -> int:
    return count_unread_of({subject}).get(subject, 0)


def count_unread_of(subjects: Collection[str]) -> dict[str, int]:
    """By subject, in one statement; who has none is not in it."""
    counted = (
        sa.select(Notification.subject, sa.func.count())
        .where(Notification.subject.in_(subjects), UNREAD)
        .group_by(Notification.subject)
    )
    return {subject: min(count, MOST_COUNTED) for subject, count in db.session.execute(counted)}


def mark_read(subject: str, public_id: str | None = None) -> int:
    """One, or all that somebody has; inside the running transaction. Answers how many were unread.

    What is announced has a key for each, so that pages can take away each one's toast.
    """
    mine = [Notification.subject == subject, Notification.read_at.is_(None)]
    if public_id is not None:
        mine.append(Notification.public_id == public_id)
    changed = db.session.execute(
        sa.update(Notification).where(*mine).values(AS_READ).execution_options(synchronize_session=False)
    )
    count = int(changed.rowcount)  # type: ignore[attr-defined]
    if count:
        outbox.announce(READ, f"{subject} {public_id}" if public_id else subject)
    return count


def move_notifications(guest: str, owner: str) -> None:
    """Inside the transaction of a login: what the guest was told is the account's."""
    db.session.execute(
        sa.update(Notification)
        .where(Notification.subject == guest)
        .values(subject=owner)
        .execution_options(synchronize_session=False)
    )
