"""Which pushes are sent next, and by whom: a lease on each, so that one that its worker lost is sent by another."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app

from app.core.database import db, now_ms, run_transaction
from app.notifications.delivery import pauses
from app.notifications.delivery.payload import Push, topic_of
from app.notifications.figures.tokens import click_path
from app.notifications.inbox.inbox import count_unread_of
from app.notifications.models import Delivery, Notification, Subscription
from app.notifications.models.delivery import LANES

LEASE_MS = 30_000
# The order of LANES, for the few rows of one claim.
RANK = sa.case((Delivery.lane == "now", 0), (Delivery.lane == "soon", 1), else_=2)
WAITING = Delivery.state.in_(("pending", "retry"))
# What was under way when something newer was told: it is not tried again.
SUPERSEDED = "superseded"
IS_SUPERSEDED = Delivery.reason == SUPERSEDED
IS_LOST = sa.and_(Delivery.state == "sending", Delivery.lease_until < now_ms())


@dataclass(frozen=True)
class Claimed:
    """A delivery that is ours until its lease ends, with what it says and to whom; rows as they were when it was claimed."""

    delivery: Delivery
    notification: Notification
    device: Subscription
    unread: int

    @property
    def push(self) -> Push:
        told = self.notification
        buttons = (
            {**each, "path": click_path(self.delivery.public_id, each["action"])} for each in told.actions
        )
        return Push(
            id=self.delivery.public_id,
            title=told.title,
            body=told.body,
            click_path=click_path(self.delivery.public_id),
            tag=topic_of(told.category, told.about) if told.about else told.public_id,
            language=self.device.language,
            category=told.category,
            unread=self.unread,
            path=told.url,
            actions=tuple(buttons),
        )


def claim(holder: str, most: int, full: Collection[str]) -> list[Claimed]:
    """At most so many, of services that are neither paused nor in `full`. Each costs a try from now on."""
    if most <= 0:
        return []
    ids = run_transaction(lambda: lease(holder, most, full))
    return read(ids) if ids else []


def lease(holder: str, most: int, full: Collection[str]) -> list[int]:
    taken: list[int] = []
    for lane in LANES:
        if len(taken) < most:
            taken += db.session.scalars(
                due_in(lane, most - len(taken), full).with_for_update(skip_locked=True)
            ).all()
    values: dict[str, Any] = {
        "state": "sending",
        "lease_by": holder,
        "lease_until": now_ms() + LEASE_MS,
        "last_try_at": now_ms(),
        "attempts": Delivery.attempts + 1,
    }
    db.session.execute(
        sa.update(Delivery)
        .where(Delivery.id.in_(taken))
        .values(values)
        .execution_options(synchronize_session=False)
    )
    return taken


def due_in(lane: str, most: int, full: Collection[str]) -> sa.Select[Any]:
    """Whoever is due longest. Each lane by itself: a promotion's thousands are never put in order for one urgent message."""
    free = (Delivery.origin.not_in(pauses.paused()), Delivery.origin.not_in(list(full)))
    due = sa.select(Delivery.id).where(
        WAITING, Delivery.lane == lane, Delivery.next_try_at <= now_ms(), *free
    )
    return due.order_by(Delivery.next_try_at).limit(most)


def read(ids: list[int]) -> list[Claimed]:
    rows = db.session.execute(
        sa.select(Delivery, Notification, Subscription)
        .join(Notification, Notification.id == Delivery.notification_id)
        .join(Subscription, Subscription.id == Delivery.subscription_id)
        .where(Delivery.id.in_(ids))
        .order_by(RANK, Delivery.next_try_at, Delivery.id)
        .execution_options(populate_existing=True)
    ).all()
    db.session.expunge_all()  # the next commit must not make each of them be read again, one by one
    unread = count_unread_of({told.subject for _, told, _ in rows})
    return [Claimed(*row, unread=unread.get(row[1].subject, 0)) for row in rows]


def is_urgent_due() -> bool:
    """Whether anything but promotions waits."""
    return has_due(LANES[:-1])


def has_due(lanes: Collection[str] = LANES) -> bool:
    return any(db.session.scalar(due_in(lane, 1, ())) is not None for lane in lanes)


def give_back_lost() -> int:
    """Leases that ended: their worker died, or lost its database. What was sent may be sent again, and replaces itself.

    One that its workers die of every time is given up like any other that fails. Asked each second, when nothing is
    written as a rule.
    """
    if db.session.scalar(sa.select(Delivery.id).where(IS_LOST).limit(1)) is None:
        return 0
    is_over = Delivery.attempts > current_app.config["SETTINGS"].PUSH_MAX_RETRIES
    values: dict[str, Any] = {
        "state": sa.case((IS_SUPERSEDED, "suppressed"), (is_over, "failed"), else_="retry"),
        "reason": sa.case((IS_SUPERSEDED, SUPERSEDED), else_="lost"),
        "lease_by": "",
        "lease_until": None,
        "next_try_at": now_ms(),
    }

    def give_back() -> int:
        lost = db.session.execute(
            sa.update(Delivery).where(IS_LOST).values(values).execution_options(synchronize_session=False)
        )
        return int(lost.rowcount)  # type: ignore[attr-defined]

    return run_transaction(give_back)
