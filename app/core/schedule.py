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

from app.core import metrics
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


def init_app(app: Flask) -> None:
    app.extensions["schedule"] = []


def every(app: Flask, seconds: float, action: Callable[[], Any]) -> None:
    app.extensions["schedule"].append(Task(f"{action.__module__}.{action.__name__}", seconds, action))


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
            active = in_context(app, lambda: hold_lease("clock", holder)) or False
            renew_at = time.monotonic() + RENEW_EVERY_S
        if active:
            run_due(app)
    in_context(app, lambda: give_back_lease("clock", holder))


def run_due(app: Flask) -> None:
    for task in app.extensions["schedule"]:
        if time.monotonic() >= task.due_at:
            task.due_at = time.monotonic() + task.every_s
            with metrics.timed("task", task=task.name):
                in_context(app, task.action)


def in_context(app: Flask, action: Callable[[], Any]) -> Any:
    """One failing task must not stop the clock for the others."""
    try:
        with app.app_context():
            return action()
    except Exception:
        log.exception("a scheduled task failed")
        return None
