"""What is left of conversations once their words are gone: ratings and figures by day."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import BigKey, db


class Rating(db.Model):
    """What a shopper said of one conversation: 1 (bad) to 5 (good), once for each time it was resolved."""

    __tablename__ = "chat_rating"
    __table_args__ = (sa.CheckConstraint("score BETWEEN 1 AND 5", name="score"),)

    room_id: Mapped[int] = mapped_column(sa.ForeignKey("chat_room.id"), primary_key=True, autoincrement=False)
    score: Mapped[int]
    comment: Mapped[str] = mapped_column(sa.String(500), default="")
    agent: Mapped[str | None] = mapped_column(sa.String(80))
    created_at: Mapped[int] = mapped_column(sa.BigInteger)


class DailyFigure(db.Model):
    """One figure of one local day (ISO date), without personal data; outlives the messages.

    `metric` such as `messages`, `frt_ms`; `split` what it is of, such as `in:support:14` (side, kind, hour). `value` is the
    sum; of durations `values` are the single ones, so that median and p90 can still be told, and `n` is how many.
    """

    __tablename__ = "chat_daily"
    __table_args__ = (sa.UniqueConstraint("day", "metric", "split"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    day: Mapped[str] = mapped_column(sa.String(10), index=True)
    metric: Mapped[str] = mapped_column(sa.String(30))
    split: Mapped[str] = mapped_column(sa.String(60), default="")
    n: Mapped[int] = mapped_column(sa.BigInteger)
    value: Mapped[int] = mapped_column(sa.BigInteger)
    values: Mapped[list[int]] = mapped_column(sa.JSON, default=list)
