"""How often one thing may disturb somebody: what is over it is in the page and nowhere else."""

from collections.abc import Sequence

import sqlalchemy as sa

from app.core.database import db
from app.notifications.categories import Category
from app.notifications.models import Delivery, Notification


def is_reached(subject: str, category: Category, now: int) -> bool:
    """Counts notifications that were pushed, or are about to be, and not those that stayed in the page."""
    return subject in find_reached([subject], category, now)


def find_reached(subjects: Sequence[str], category: Category, now: int) -> set[str]:
    """Who of them has had as many as there may be, for many in one statement."""
    if category.cap is None:
        return set()
    since = now - category.cap.within_s * 1000
    pushed = sa.exists().where(Delivery.notification_id == Notification.id)
    recent = sa.select(Notification.subject).where(
        Notification.subject.in_(subjects),
        Notification.category == category.name,
        Notification.created_at > since,
        pushed,
    )
    many = recent.group_by(Notification.subject).having(sa.func.count() >= category.cap.count)
    return set(db.session.scalars(many))
