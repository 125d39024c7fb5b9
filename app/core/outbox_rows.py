"""The table of events that wait to be told, and what becomes of its rows.

Most are told once they were handed over. A job's row is told of only when its job has ended, however often Redis forgets
it before: until then the sweep hands it over again every few minutes, and Redis takes what it still has for one.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core import request_id
from app.core.database import BigKey, db, delete_in_chunks, now_ms, partial_index, transaction

SWEEP_AFTER_MS = 1_000
LONGEST_PAUSE_MS = 60_000
JOB = "job"
JOB_AGAIN_MS = 5 * 60_000
BATCH = 500
KEEP_MS = 24 * 3600 * 1000


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
    # Of the request that it was announced in.
    request_id: Mapped[str] = mapped_column(sa.String(32), default="", server_default="")


outbox = OutboxEvent.__table__
FRESH = {
    "attempts": sa.literal(0),
    "created_at": now_ms(),
    "next_try_at": now_ms() + SWEEP_AFTER_MS,
    # Statements are built once; this is asked each time that one runs.
    "request_id": sa.bindparam("event_of", type_=sa.String(32), callable_=request_id.current),
}
# Built once: this runs with every change of stock.
INSERT = sa.insert(outbox).values(FRESH).returning(outbox.c.id)


def list_due() -> Sequence[OutboxEvent]:
    """What is still waiting a second after its commit."""
    waiting = sa.select(OutboxEvent).where(
        OutboxEvent.published_at.is_(None), OutboxEvent.next_try_at <= now_ms()
    )
    return db.session.scalars(waiting.order_by(OutboxEvent.next_try_at).limit(BATCH)).all()


def mark(ids: list[int]) -> None:
    """They were handed over."""
    if not ids:
        return
    is_job = OutboxEvent.topic == JOB
    with transaction():
        db.session.execute(
            sa.update(OutboxEvent)
            .where(OutboxEvent.id.in_(ids))
            .values(
                published_at=sa.case((is_job, OutboxEvent.published_at), else_=now_ms()),
                next_try_at=sa.case((is_job, now_ms() + JOB_AGAIN_MS), else_=OutboxEvent.next_try_at),
            )
        )


def end(event_id: int) -> None:
    """Its job has ended; nobody is to run it again."""
    with transaction():
        db.session.execute(
            sa.update(OutboxEvent)
            .where(OutboxEvent.id == event_id, OutboxEvent.published_at.is_(None))
            .values(published_at=now_ms())
        )


# Since when nobody took care of an event: a job's is handed over again only when its next try is due.
WAITS_SINCE = sa.case((OutboxEvent.topic == JOB, OutboxEvent.next_try_at), else_=OutboxEvent.created_at)


def has_waited(ms: int) -> sa.ColumnElement[bool]:
    """Events that nobody hands over. A job that runs for long does not wait."""
    return sa.and_(OutboxEvent.published_at.is_(None), WAITS_SINCE <= now_ms() - ms)


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


def wait_anew() -> None:
    """For a database that was asleep, as a backup is: what waits there has waited for nobody."""
    with transaction():
        db.session.execute(
            sa.update(OutboxEvent)
            .where(OutboxEvent.published_at.is_(None))
            .values(created_at=now_ms(), next_try_at=now_ms())
        )


def prune() -> None:
    delete_in_chunks(OutboxEvent, OutboxEvent.published_at < now_ms() - KEEP_MS)
