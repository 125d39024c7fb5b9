"""What somebody was told, as tests of features ask for it."""

import sqlalchemy as sa

from app.core.database import db
from app.notifications.categories import get_category
from app.notifications.models import Delivery, Notification


def heard(subject=None, category=None):
    """Oldest first."""
    db.session.rollback()
    db.session.expire_all()
    found = sa.select(Notification).order_by(Notification.id)
    if subject is not None:
        found = found.where(Notification.subject == subject)
    if category is not None:
        found = found.where(Notification.category == category)
    return db.session.scalars(found).all()


def titles(subject=None, category=None):
    return [each.title for each in heard(subject, category)]


def unread(subject=None):
    return [each.title for each in heard(subject) if each.read_at is None]


def pushes():
    """The state of each, and of what: oldest first."""
    db.session.rollback()
    found = (
        sa.select(Notification.title, Delivery.state)
        .join(Delivery, Delivery.notification_id == Notification.id)
        .order_by(Delivery.id)
    )
    return [tuple(row) for row in db.session.execute(found)]


def is_relevant(notification):
    """As it is asked right before sending."""
    return get_category(notification.category).is_relevant(notification.about, notification.facts)
