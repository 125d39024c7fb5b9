"""Whoever sends pushes is woken by each that is queued, and by the clock for what waited for its time."""

from contextlib import suppress

import sqlalchemy as sa
from flask import current_app

from app.core import jobs
from app.core.database import db, now_ms
from app.core.outbox import Announcement
from app.core.redis import RedisDown
from app.core.schedule import Lease
from app.notifications.delivery import claims

LEASE = "push"
# By its name: it needs libraries that pages and the clock do without.
DRAIN = "app.notifications.delivery.drain.drain"


def push_due(_event: Announcement) -> None:
    jobs.wake(DRAIN, "critical")


def look() -> None:
    """By the clock: retries whose pause is over, quiet hours that ended, and what a worker lost."""
    claims.give_back_lost()
    if is_sending_on() and not is_sending() and claims.has_due():
        with suppress(RedisDown):
            jobs.wake(DRAIN, "critical" if claims.is_urgent_due() else "bulk")


def is_sending_on() -> bool:
    return bool(current_app.config["SETTINGS"].PUSH_ENABLE_WEB_PUSH)


def is_sending() -> bool:
    """Whether somebody sends just now, who finds what is due without being told."""
    held = sa.select(Lease.name).where(Lease.name == LEASE, Lease.expires_at > now_ms())
    return db.session.scalar(held) is not None
