"""Events written in the transaction of the change they tell of, so that a crash between commit and publish loses none."""

import logging
import math
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy.orm import Mapped, mapped_column

from app.core import metrics
from app.core.batch import Batch
from app.core.database import BigKey, after_commit, db, delete_in_chunks, now_ms, partial_index, transaction
from app.core.redis import RedisDown

SWEEP_AFTER_MS = 1_000
PAUSE_S = 0.05
MOST_REMEMBERED = 1_000
LONGEST_PAUSE_MS = 60_000
BATCH = 500
KEEP_MS = 24 * 3600 * 1000

log = logging.getLogger(__name__)


class OutboxEvent(db.Model):
    """One announcement. The payload holds ids, never state: whoever delivers it reads what is true then."""

    __tablename__ = "outbox"
    __table_args__ = (
        partial_index("ix_outbox_waiting", "next_try_at", "published_at IS NULL"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    topic: Mapped[str] = mapped_column(sa.String(40))
    key: Mapped[str] = mapped_column(sa.String(120))
    version: Mapped[int] = mapped_column(sa.BigInteger)
    payload: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    created_at: Mapped[int] = mapped_column(sa.BigInteger, index=True)
    next_try_at: Mapped[int] = mapped_column(sa.BigInteger)
    published_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    attempts: Mapped[int] = mapped_column(default=0)


outbox = OutboxEvent.__table__
FRESH = {"attempts": sa.literal(0), "created_at": now_ms(), "next_try_at": now_ms() + SWEEP_AFTER_MS}
# Built once: this runs with every change of stock.
INSERT = sa.insert(outbox).values(FRESH).returning(outbox.c.id)


@dataclass(frozen=True)
class Announcement:
    """What a topic's handler gets. Handlers may run twice and out of order."""

    id: int
    topic: str
    key: str
    version: int
    payload: dict[str, Any] = field(default_factory=dict)


Handler = Callable[[Announcement], None]


def init_app(app: Flask) -> None:
    app.extensions["outbox"] = {}
    app.extensions["outbox_begun"] = {}
    app.extensions["outbox_late"] = Batch(app, deliver_late, "the sweep delivers these events")
    app.extensions["outbox_marks"] = Batch(app, mark, "the sweep delivers these events again")


def register(app: Flask, topic: str, handler: Handler) -> None:
    app.extensions["outbox"][topic] = handler


def follow(app: Flask, topic: str, handler: Handler) -> None:
    """One more handler of a topic that another package registered; it runs after the others."""
    register(app, topic, in_turn(app.extensions["outbox"][topic], handler))


def in_turn(*handlers: Handler) -> Handler:
    """Several handlers of one topic as one. What one of them raises keeps none of the others from running."""

    def run(event: Announcement) -> None:
        with ExitStack() as stack:
            for handler in reversed(handlers):
                stack.callback(handler, event)

    return run


def announce(topic: str, key: str, version: int = 0, **payload: Any) -> None:
    """Write an event inside the running transaction; it is delivered right after the commit, or by the sweep.

    Events of one topic and key may be collapsed into the newest, so one that must not be has a key of its own.
    """
    assert topic in current_app.extensions["outbox"], f"no handler for {topic}"
    values = {"topic": topic, "key": key, "version": version, "payload": payload}
    event_id = db.session.execute(INSERT, values).scalar_one()
    deliver_after_commit(Announcement(event_id, topic, key, version, payload))


def insert_from(topic: str, key: sa.ColumnElement[str], version: sa.ColumnElement[int]) -> sa.Insert:
    """An event as part of the statement it tells of, once for each of its rows; answers id and version.

    Whoever runs it hands the event to `deliver_after_commit`.
    """
    names = {"topic": sa.literal(topic), "key": key, "version": version}
    values: dict[str, Any] = {**names, "payload": sa.literal({}, sa.JSON), **FRESH}
    return (
        sa.insert(outbox)
        .from_select(list(values), sa.select(*values.values()))
        .returning(outbox.c.id, outbox.c.version)
    )


def deliver_after_commit(event: Announcement) -> None:
    after_commit(lambda: deliver_soon(event))


def deliver_soon(event: Announcement) -> None:
    """Now; or in a moment, with all that come meanwhile, when this process did the same topic and key just before.

    So what everybody wants at once costs few deliveries for many changes, and hardly any of them pays for the others.
    """
    if not current_app.config.get("OUTBOX_DELIVERS", True):
        return
    if is_crowded(event):
        current_app.extensions["outbox_late"].add([event])
        return
    delivered, _ = deliver([event])
    current_app.extensions["outbox_marks"].add(delivered)


def is_crowded(event: Announcement) -> bool:
    """Whether this process began to deliver the same topic and key a moment ago."""
    begun: dict[tuple[str, str], float] = current_app.extensions["outbox_begun"]
    name, now = (event.topic, event.key), time.monotonic()
    if now - begun.get(name, -math.inf) < current_app.config.get("OUTBOX_PAUSE_S", PAUSE_S):
        return True
    if len(begun) > MOST_REMEMBERED:
        begun.clear()  # forgetting costs a delivery at most
    begun[name] = now
    return False


def deliver_late(events: list[Announcement]) -> None:
    mark(deliver(events)[0])


def deliver(events: Iterable[Announcement]) -> tuple[list[int], list[int]]:
    """Hand each topic and key's newest event to its handler. Returns the ids delivered and the ids that failed."""
    delivered: list[int] = []
    failed: list[int] = []
    for group in grouped(events):
        try:
            current_app.extensions["outbox"][group[-1].topic](group[-1])
        except RedisDown:
            break
        except Exception:
            db.session.rollback()  # PostgreSQL would refuse every later group of this batch
            log.exception("outbox event %s of topic %s failed", group[-1].id, group[-1].topic)
            metrics.count("outbox_failed", topic=group[-1].topic)
            failed += [event.id for event in group]
        else:
            metrics.count("outbox_delivered", topic=group[-1].topic)
            delivered += [event.id for event in group]
    return delivered, failed


def grouped(events: Iterable[Announcement]) -> list[list[Announcement]]:
    groups: dict[tuple[str, str], list[Announcement]] = {}
    for event in sorted(events, key=lambda event: event.id):
        groups.setdefault((event.topic, event.key), []).append(event)
    return list(groups.values())


def sweep() -> int:
    """Deliver what is still waiting a second after its commit. Returns how many were delivered."""
    waiting = sa.select(OutboxEvent).where(
        OutboxEvent.published_at.is_(None), OutboxEvent.next_try_at <= now_ms()
    )
    rows = db.session.scalars(waiting.order_by(OutboxEvent.next_try_at).limit(BATCH)).all()
    events = [Announcement(row.id, row.topic, row.key, row.version, row.payload) for row in rows]
    delivered, failed = deliver(events)
    mark(delivered)
    postpone(failed)
    return len(delivered)


def mark(ids: list[int]) -> None:
    if ids:
        with transaction():
            db.session.execute(
                sa.update(OutboxEvent).where(OutboxEvent.id.in_(ids)).values(published_at=now_ms())
            )


def postpone(ids: list[int]) -> None:
    """A row that fails is tried again after 2, 4, 8 ... seconds, so that a broken one cannot crowd out the others."""
    if not ids:
        return
    pause = sa.case(
        (OutboxEvent.attempts >= 6, LONGEST_PAUSE_MS),
        else_=sa.literal(2000).bitwise_lshift(OutboxEvent.attempts),
    )
    with transaction():
        db.session.execute(
            sa.update(OutboxEvent)
            .where(OutboxEvent.id.in_(ids))
            .values(attempts=OutboxEvent.attempts + 1, next_try_at=now_ms() + pause)
        )


def prune() -> None:
    delete_in_chunks(OutboxEvent, OutboxEvent.published_at < now_ms() - KEEP_MS)
