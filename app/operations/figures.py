"""What waits, what is free and what is under way: the figures that only a look at the database, Redis or the disk tells."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app

from app.chat.queries import count_queued
from app.core import jobs
from app.core.database import db, now_ms
from app.core.mail import WAITING, Mail
from app.core.outbox_rows import WAITS_SINCE, OutboxEvent, has_waited
from app.core.redis import RedisDown
from app.core.schedule import Lease
from app.inventory.models import Reservation
from app.monitoring import figures
from app.notifications.models import Delivery, PushService
from app.operations.backup.manifest import read_version
from app.operations.queues import read_queues, read_workers
from app.security.threats.lifting import IN_FORCE
from app.security.threats.models import SecurityEvent
from app.security.trail import proof

HOUR_MS = 3600_000


def init_app(app: Flask) -> None:
    for name, text, read in (
        ("outbox_waiting", "Events that wait for their handlers", lambda: count(OutboxEvent, has_waited(0))),
        (
            "outbox_oldest_seconds",
            "Age of the event that waits longest",
            lambda: age(WAITS_SINCE, has_waited(0)),
        ),
        ("mails_waiting", "Mails that wait to be sent or tried again", lambda: count(Mail, WAITING)),
        ("mails_oldest_seconds", "Age of the mail that waits longest", lambda: age(Mail.created_at, WAITING)),
        ("pushes_waiting", "Pushes that wait to be sent or tried again", count_pushes),
        ("push_services_paused", "Push services that are left alone for a while", count_paused),
        ("holds_active", "Reservations that keep units for somebody", count_holds),
        ("chats_waiting", "Conversations that wait for an agent", count_queued),
        ("clock_active", "1 while a clock holds the lease", read_lease),
        ("disk_free_bytes", "Free space on the disk of DATA_DIR", read_disk),
        ("workers", "Workers that were heard of within the last minute", count_workers),
        ("redis_up", "1 while Redis answers the process that tells this", read_redis),
        ("redis_breaker_open", "1 while the process that tells this does not ask Redis", read_breaker),
        ("redis_memory_bytes", "Memory that Redis uses", lambda: read_redis_info("used_memory")),
        ("redis_memory_limit_bytes", "Memory that Redis may use, 0 without a limit", read_redis_limit),
        ("blocks_active", "Clients that are kept out now", count_blocked),
        ("blocks_last_hour", "Clients that were kept out within the last hour", count_blocks),
        ("audit_chain_breaks", "Breaks in the audit that its latest proof found", read_breaks),
    ):
        figures.register(app, name, text, read)
    for part, text in (
        ("jobs", "Jobs that wait for a worker"),
        ("oldest_seconds", "Age of the job that waits longest"),
        ("failed", "Jobs that failed for good"),
        ("scheduled", "Jobs that failed and are tried again later"),
        ("running", "Jobs that are run now"),
    ):
        figures.register(app, f"queue_{part}", text, of_queues(part), "queue")
    figures.register(
        app, "build_info", "1, labelled with what runs here", lambda: {release(app): 1}, "version"
    )


def count(model: Any, condition: sa.ColumnElement[bool]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model).where(condition)) or 0


def age(since: Any, condition: sa.ColumnElement[bool]) -> float:
    """In seconds, by the database's clock; 0 when nothing waits."""
    oldest = sa.select(now_ms() - sa.func.min(since)).where(condition)
    return max(0, db.session.scalar(oldest) or 0) / 1000


def count_pushes() -> int:
    return count(Delivery, Delivery.state.in_(("pending", "retry")))


def count_paused() -> int:
    return count(PushService, PushService.paused_until > now_ms())


def count_holds() -> int:
    return count(Reservation, Reservation.status.in_(("held", "confirmed")))


def read_lease() -> int:
    return min(1, count(Lease, sa.and_(Lease.name == "clock", Lease.expires_at > now_ms())))


def read_disk() -> int:
    return shutil.disk_usage(current_app.config["SETTINGS"].DATA_DIR).free


def read_redis() -> int:
    try:
        current_app.extensions["redis"].call(lambda client: client.ping())
    except RedisDown:
        return 0
    return 1


def read_breaker() -> int:
    return int(current_app.extensions["redis"].is_open)


def read_redis_limit() -> float | None:
    return read_redis_info("maxmemory")


def read_redis_info(field: str) -> float | None:
    try:
        return float(current_app.extensions["redis"].call(lambda client: client.info("memory"))[field])
    except RedisDown:
        return None


def of_queues(part: str) -> Callable[[], figures.Value]:
    def read() -> figures.Value:
        try:
            return {
                name: getattr(queue, part) for name, queue in zip(jobs.QUEUES, read_queues(), strict=True)
            }
        except RedisDown:
            return None

    return read


def count_workers() -> int | None:
    try:
        return len(read_workers())
    except RedisDown:
        return None


def count_blocked() -> int:
    return count(SecurityEvent, sa.and_(SecurityEvent.kind == "blocked", IN_FORCE))


def count_blocks() -> int:
    return count(
        SecurityEvent, sa.and_(SecurityEvent.kind == "blocked", SecurityEvent.at > now_ms() - HOUR_MS)
    )


def read_breaks() -> int | None:
    latest = proof.read_latest()
    return int(latest.after["breaks"]) if latest else 0


def release(app: Flask) -> str:
    """RELEASE, or what the project calls itself."""
    named: str = app.config["SETTINGS"].RELEASE
    if named:
        return named
    return read_version(Path(app.root_path))
