"""Which notifications a mail is due for, and which it is not any more."""

import sqlalchemy as sa

from app.core.database import now_ms
from app.notifications.categories import list_all
from app.notifications.models import Delivery, Notification

# Of these a push may still come, or has come.
ON_THE_WAY = ("pending", "sending", "retry", "accepted")
WAITING = Notification.email_state == "due"


def is_due() -> sa.ColumnElement[bool]:
    """At once where the category always sends one, and where no push can come: there was no device, or all of them failed.

    Otherwise when its time has come. Never once somebody has seen it, or after it has expired.
    """
    now_or_never = sa.or_(Notification.fallback_at <= now_ms(), ~any_delivery(is_on_the_way()))
    return sa.and_(
        WAITING,
        is_known(),
        Notification.not_before <= now_ms(),
        Notification.expires_at > now_ms(),
        sa.or_(is_always_mailed(), sa.and_(now_or_never, ~is_settled())),
    )


def is_moot() -> sa.ColumnElement[bool]:
    settled = sa.and_(is_settled(), ~is_always_mailed())
    return sa.and_(WAITING, sa.or_(Notification.expires_at <= now_ms(), settled, ~is_known()))


def is_settled() -> sa.ColumnElement[bool]:
    """Somebody has seen it, or a newer one says more."""
    seen_or_replaced = sa.or_(
        Delivery.displayed_at.is_not(None),
        Delivery.clicked_at.is_not(None),
        sa.and_(Delivery.state == "suppressed", Delivery.reason == "superseded"),
    )
    return sa.or_(Notification.read_at.is_not(None), any_delivery(seen_or_replaced))


def is_on_the_way() -> sa.ColumnElement[bool]:
    return Delivery.state.in_(ON_THE_WAY)


def is_always_mailed() -> sa.ColumnElement[bool]:
    return Notification.category.in_([each.name for each in list_all() if each.mail == "always"])


def is_known() -> sa.ColumnElement[bool]:
    """Whoever told of it may have left the shop since."""
    return Notification.category.in_([each.name for each in list_all()])


def any_delivery(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(Delivery.notification_id == Notification.id, condition).correlate(Notification)
