"""The table of events that wait to be told, and what becomes of its rows."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import BigKey, db, delete_in_chunks, now_ms, partial_index, transaction

SWEEP_AFTER_MS = 1_000
LONGEST_PAUSE_MS = 60_000
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


outbox = OutboxEvent.__table__
FRESH = {"attempts": sa.literal(0), "created_at": now_ms(), "next_try_at": now_ms() + SWEEP_AFTER_MS}
# Built once: this runs with every change of stock.
INSERT = sa.insert(outbox).values(FRESH).returning(outbox.c.id)


def list_due() -> Sequence[OutboxEvent]:
    """What is still waiting a second after its commit."""
    waiting = sa.select(OutboxEvent).where(
        OutboxEvent.published_at.is_(None), OutboxEvent.next_try_at <= now_ms()
    )
    return db.session.scalars(waiting.order_by(OutboxEvent.next_try_at).limit(BATCH)).all()


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
