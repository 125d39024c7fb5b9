"""What happens by the clock: a list of tasks, run by the one process that holds the lease."""

import logging
import secrets
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock, metrics
from app.core.database import db, now_ms, transaction
from app.core.upsert import insert_into

LEASE_MS = 15_000
RENEW_EVERY_S = 5.0
TICK_S = 0.2

log = logging.getLogger(__name__)


class Lease(db.Model):
    """Who may act for all, until when by the database's clock."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(sa.String(40))
    expires_at: Mapped[int] = mapped_column(sa.BigInteger)


@dataclass
class Task:
    """`action` may run twice or late; it is told nothing and looks for itself what is due."""

    name: str
    every_s: float
    action: Callable[[], Any]
    due_at: float = field(default=0.0)
    # What this process knows of its last run; epoch ms.
    ran_at: int | None = None
    is_failing: bool = False


def init_app(app: Flask) -> None:
    app.extensions["schedule"] = []
    app.extensions["schedule_of_each"] = []
    app.extensions["schedule_is_active"] = False


def every(app: Flask, seconds: float, action: Callable[[], Any]) -> None:
    app.extensions["schedule"].append(make_task(seconds, action))


def every_in_each(app: Flask, seconds: float, action: Callable[[], Any]) -> None:
    """In every clock process, whoever holds the lease: what a process tells of itself."""
    app.extensions["schedule_of_each"].append(make_task(seconds, action))


def make_task(seconds: float, action: Callable[[], Any]) -> Task:
    return Task(f"{action.__module__}.{action.__name__}", seconds, action)


def hold_lease(name: str, holder: str) -> bool:
    """Take or renew the lease. False when somebody else holds it."""
    row = insert_into(Lease).values(name=name, holder=holder, expires_at=now_ms() + LEASE_MS)
    take = row.on_conflict_do_update(
        index_elements=[Lease.name],
        set_={"holder": holder, "expires_at": row.excluded.expires_at},
        where=sa.or_(Lease.holder == holder, Lease.expires_at <= now_ms()),
    )
    with transaction():
        return db.session.execute(take.returning(Lease.holder)).scalar() == holder


def give_back_lease(name: str, holder: str) -> None:
    with transaction():
        db.session.execute(sa.delete(Lease).where(Lease.name == name, Lease.holder == holder))


def run(app: Flask) -> None:
    """Run due tasks until SIGTERM or SIGINT, while this process holds the lease."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    holder = secrets.token_hex(8)
    renew_at, active = 0.0, False
    while not stop.wait(TICK_S):
        if time.monotonic() >= renew_at:
            active, _ = in_context(app, lambda: hold_lease("clock", holder))
            app.extensions["schedule_is_active"] = bool(active)
            renew_at = time.monotonic() + RENEW_EVERY_S
        if active:
            run_due(app)
        run_due(app, "schedule_of_each")
    in_context(app, lambda: give_back_lease("clock", holder))


def run_due(app: Flask, tasks: str = "schedule") -> None:
    for task in app.extensions[tasks]:
        if time.monotonic() >= task.due_at:
            task.due_at = time.monotonic() + task.every_s
            run_task(app, task)


def run_task(app: Flask, task: Task) -> None:
    with metrics.timed("task", task=task.name):
        _, error = in_context(app, task.action)
    task.ran_at, task.is_failing = clock.now_ms(), error is not None
    metrics.set_gauge("task_last_run_timestamp_seconds", task.ran_at / 1000, task=task.name)
    if error:
        metrics.count("task_failures", task=task.name)


def in_context(app: Flask, action: Callable[[], Any]) -> tuple[Any, Exception | None]:
    """What it answered and what it raised: one failing task must not stop the clock for the others."""
    try:
        with app.app_context():
            return action(), None
    except Exception as error:
        log.exception("a scheduled task failed")
        return None, error
