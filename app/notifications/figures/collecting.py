"""What happened in each hour, counted from the rows of deliveries, notifications and subscriptions.

A delivery counts once, in the hour of its last try, when it has ended. What its device tells counts when it was told.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from app.core.database import db
from app.notifications.models import Delivery, Notification, NotificationTemplate, Subscription

HOUR_MS = 3600_000
# By then nobody looks at it any more, and no index needs to know when somebody did.
LATEST_MS = 30 * 24 * HOUR_MS
ENDED = ("accepted", "failed", "gone", "expired", "suppressed")
MARKS = {
    "displayed": Delivery.displayed_at,
    "clicked": Delivery.clicked_at,
    "dismissed": Delivery.dismissed_at,
}


@dataclass(frozen=True)
class Span:
    """From a moment to another, which is not part of it any more; epoch ms."""

    start: int
    until: int


@dataclass(frozen=True)
class Count:
    """`hour` is epoch ms of its beginning. What has no category, template or push service has an empty one."""

    hour: int
    category: str
    template: str
    origin: str
    figure: str
    count: int


def collect(span: Span) -> Iterator[Count]:
    yield from collect_deliveries(span)
    for figure, column in MARKS.items():
        yield from collect_marks(span, figure, column)
    yield from collect_mails(span)
    yield from collect_devices(span)


def collect_deliveries(span: Span) -> Iterator[Count]:
    moment = sa.func.coalesce(Delivery.last_try_at, Delivery.created_at)
    parts = (Delivery.state, Delivery.reason)
    rows = count_of_deliveries(moment, span, *parts, where=Delivery.state.in_(ENDED))
    for hour, category, template, origin, state, reason, count in rows:
        for figure in figures_of(state, reason):
            yield Count(hour, category, template, origin, figure, count)


def figures_of(state: str, reason: str) -> tuple[str, ...]:
    if state == "suppressed":
        return (f"suppressed:{reason}",)
    if state == "expired":
        return ("suppressed:expired",)
    return ("attempted", f"failed:{reason}" if state == "failed" else state)


def collect_marks(span: Span, figure: str, column: InstrumentedAttribute[int | None]) -> Iterator[Count]:
    for hour, category, template, origin, count in count_of_deliveries(column, span):
        yield Count(hour, category, template, origin, figure, count)


def count_of_deliveries(
    moment: Any, span: Span, *parts: Any, where: sa.ColumnElement[bool] | None = None
) -> Iterable[Any]:
    columns = (hour_of(moment), Notification.category, NotificationTemplate.key, Delivery.origin, *parts)
    rows = (
        sa.select(*columns, sa.func.count())
        .select_from(Delivery)
        .join(Notification, Notification.id == Delivery.notification_id)
        .join(NotificationTemplate, NotificationTemplate.id == Notification.template_id)
        .where(within(moment, span), Delivery.created_at >= span.start - LATEST_MS)
        .group_by(*columns)
    )
    return db.session.execute(rows if where is None else rows.where(where))


def collect_mails(span: Span) -> Iterator[Count]:
    columns = (hour_of(Notification.emailed_at), Notification.category, NotificationTemplate.key)
    rows = (
        sa.select(*columns, sa.func.count())
        .select_from(Notification)
        .join(NotificationTemplate, NotificationTemplate.id == Notification.template_id)
        .where(
            within(Notification.emailed_at, span),
            Notification.email_state == "sent",
            Notification.created_at >= span.start - LATEST_MS,
        )
        .group_by(*columns)
    )
    for hour, category, template, count in db.session.execute(rows):
        yield Count(hour, category, template, "", "emailed", count)


def collect_devices(span: Span) -> Iterator[Count]:
    begun = (hour_of(Subscription.created_at), Subscription.origin)
    rows = sa.select(*begun, sa.func.count()).where(within(Subscription.created_at, span)).group_by(*begun)
    for hour, origin, count in db.session.execute(rows):
        yield Count(hour, "", "", origin, "subscribed", count)
    ended = (hour_of(Subscription.ended_at), Subscription.origin, Subscription.status)
    rows = sa.select(*ended, sa.func.count()).where(within(Subscription.ended_at, span)).group_by(*ended)
    for hour, origin, status, count in db.session.execute(rows):
        figure = "unsubscribed" if status == "unsubscribed" else f"ended:{status}"
        yield Count(hour, "", "", origin, figure, count)


def hour_of(moment: Any) -> Any:
    return (moment // HOUR_MS * HOUR_MS).label("hour")


def within(moment: Any, span: Span) -> Any:
    return (moment >= span.start) & (moment < span.until)
