"""How each push service does: the tries of the last hour, and whether it is left alone for a while."""

import math
from collections import Counter
from dataclasses import dataclass, field

import sqlalchemy as sa

from app.core.database import db, now_ms
from app.notifications.models import Delivery, PushService, Subscription

WITHIN_MS = 3600_000
# As many as say how fast a service answers.
NEWEST = 1_000
MOST = 50


@dataclass
class Health:
    """`failures` are by reason, those that will be tried again among them. Times in ms."""

    origin: str
    devices: int = 0
    accepted: int = 0
    waiting: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    p50: int | None = None
    p95: int | None = None
    paused_until: int | None = None
    pause_reason: str = ""

    @property
    def is_well(self) -> bool:
        return self.paused_until is None and self.failures.total() <= self.accepted


def read_health() -> list[Health]:
    """Services with the most devices first."""
    board: dict[str, Health] = {}
    for origin, devices in count_devices():
        of(board, origin).devices = devices
    for origin, state, reason, count in count_tries():
        if state == "accepted":
            of(board, origin).accepted += count
        else:
            of(board, origin).failures[reason] += count
    for origin, count in count_waiting():
        of(board, origin).waiting = count
    for service in db.session.scalars(sa.select(PushService).where(PushService.paused_until > now_ms())):
        health = of(board, service.origin)
        health.paused_until, health.pause_reason = service.paused_until, service.reason
    shown = sorted(board.values(), key=lambda health: (-health.devices, health.origin))[:MOST]
    for health in shown:
        latencies = read_latencies(health.origin)
        health.p50, health.p95 = percentile(latencies, 0.5), percentile(latencies, 0.95)
    return shown


def of(board: dict[str, Health], origin: str) -> Health:
    return board.setdefault(origin, Health(origin))


def count_devices() -> list[tuple[str, int]]:
    rows = sa.select(Subscription.origin, sa.func.count()).where(Subscription.status == "active")
    return [(origin, count) for origin, count in db.session.execute(rows.group_by(Subscription.origin))]


def count_tries() -> list[tuple[str, str, str, int]]:
    parts = (Delivery.origin, Delivery.state, Delivery.reason)
    rows = sa.select(*parts, sa.func.count()).where(
        Delivery.last_try_at > now_ms() - WITHIN_MS,
        Delivery.state.in_(("accepted", "retry", "failed", "gone")),
    )
    found = db.session.execute(rows.group_by(*parts))
    return [(origin, state, reason, count) for origin, state, reason, count in found]


def count_waiting() -> list[tuple[str, int]]:
    rows = sa.select(Delivery.origin, sa.func.count()).where(Delivery.state.in_(("pending", "retry")))
    return [(origin, count) for origin, count in db.session.execute(rows.group_by(Delivery.origin))]


def read_latencies(origin: str) -> list[int]:
    newest = (
        sa.select(Delivery.latency_ms)
        .where(Delivery.origin == origin, Delivery.last_try_at > now_ms() - WITHIN_MS)
        .order_by(Delivery.last_try_at.desc())
        .limit(NEWEST)
    )
    return sorted(each for each in db.session.scalars(newest) if each is not None)


def percentile(ranked: list[int], part: float) -> int | None:
    """The nearest rank: a value that did occur."""
    return ranked[max(0, math.ceil(part * len(ranked)) - 1)] if ranked else None
