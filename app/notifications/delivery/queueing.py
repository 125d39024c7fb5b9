"""Pushes put into the queue in the transaction of what they tell of, and whoever sends them woken after it."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.core import outbox
from app.core.database import db, now_ms, read_now
from app.notifications.categories import Lane
from app.notifications.delivery.claims import SUPERSEDED, WAITING
from app.notifications.models import Delivery, Notification, Subscription

PUSH_DUE = "push_due"


@dataclass(frozen=True)
class Told:
    """A notification that was just written."""

    id: int
    subject: str
    category: str
    about: str


def queue_deliveries(told: Told, lane: Lane, not_before: int) -> int:
    """One for each of the subject's devices, inside the running transaction; how many. What says less is dropped."""
    if told.about:
        supersede(told)
    devices = db.session.execute(
        sa.select(Subscription.id, Subscription.origin).where(
            Subscription.subject == told.subject, Subscription.status == "active"
        )
    ).all()
    write_deliveries(((told.id, each.id, each.origin) for each in devices), lane, not_before)
    if devices and not_before <= read_now():
        wake()
    return len(devices)


def write_deliveries(pairs: Iterable[tuple[int, int, str]], lane: Lane, not_before: int) -> None:
    """`pairs` are of notification, subscription and the subscription's origin."""
    rows = [
        {
            "public_id": secrets.token_hex(16),
            "notification_id": notification_id,
            "subscription_id": subscription_id,
            "origin": origin,
            "state": "pending",
            "lane": lane,
            "next_try_at": not_before,
        }
        for notification_id, subscription_id, origin in pairs
    ]
    if rows:
        db.session.execute(sa.insert(Delivery).values(created_at=now_ms()), rows)


def supersede(told: Told) -> None:
    """What still waits and says less than this does is not sent: the push service could only replace it.

    What is under way just now is only marked, so that it is not tried again after this.
    """
    older = sa.select(Notification.id).where(
        Notification.subject == told.subject,
        Notification.category == told.category,
        Notification.about == told.about,
        Notification.id != told.id,
    )
    is_under_way = Delivery.state == "sending"
    db.session.execute(
        sa.update(Delivery)
        .where(Delivery.notification_id.in_(older), sa.or_(WAITING, is_under_way))
        .values(state=sa.case((is_under_way, "sending"), else_="suppressed"), reason=SUPERSEDED)
        .execution_options(synchronize_session=False)
    )


def suppress(notification_ids: sa.Select[Any], reason: str) -> int:
    """What of them still waits is not sent; how many that were."""
    stopped = db.session.execute(
        sa.update(Delivery)
        .where(Delivery.notification_id.in_(notification_ids), WAITING)
        .values(state="suppressed", reason=reason)
        .execution_options(synchronize_session=False)
    )
    return int(stopped.rowcount)  # type: ignore[attr-defined]


def wake() -> None:
    """After the commit a worker sends what is due. One key for all: many at once are one call."""
    outbox.announce(PUSH_DUE, "push")
