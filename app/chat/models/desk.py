"""What the desk is set up with: canned replies, filter rules, hours, and how long things are kept."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import BigKey, db

FILTER_ACTIONS = ("block", "mask", "flag")


class CannedReply(db.Model):
    """A text that agents insert by `/shortcut`; `{{stock:SKU}}` and the like are filled in when it is sent."""

    __tablename__ = "chat_canned"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    shortcut: Mapped[str] = mapped_column(sa.String(40), unique=True)
    body: Mapped[str] = mapped_column(sa.Text)
    changed_by: Mapped[str] = mapped_column(sa.String(80))
    changed_at: Mapped[int] = mapped_column(sa.BigInteger)


class FilterRule(db.Model):
    __tablename__ = "chat_filter_rule"
    __table_args__ = (sa.CheckConstraint(f"action IN {FILTER_ACTIONS}", name="action"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    pattern: Mapped[str] = mapped_column(sa.String(200))
    action: Mapped[str] = mapped_column(sa.String(5))
    is_active: Mapped[bool] = mapped_column(default=True)
    changed_by: Mapped[str] = mapped_column(sa.String(80))
    changed_at: Mapped[int] = mapped_column(sa.BigInteger)


class OpeningTime(db.Model):
    """From `opens` to `closes` on one weekday (Monday is 0), in minutes of the shop's local day.

    No rows at all: always open.
    """

    __tablename__ = "chat_opening_time"
    __table_args__ = (
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        sa.CheckConstraint("opens >= 0 AND opens < closes AND closes <= 1440", name="minutes"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    weekday: Mapped[int]
    opens: Mapped[int]
    closes: Mapped[int]


class Holiday(db.Model):
    """A local day on which the desk is closed, as an ISO date."""

    __tablename__ = "chat_holiday"

    day: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80), default="")


class Retention(db.Model):
    """How long messages of one kind of room are kept; 0 for ever. Kinds without a row have the setting's days."""

    __tablename__ = "chat_retention"

    kind: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    days: Mapped[int]
