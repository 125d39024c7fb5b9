"""Stock levels, and the movements that explain every one of them."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import BigKey, db, partial_index

KINDS = (
    "opening",
    "receive",
    "sale",
    "return",
    "adjust",
    "count",
    "damage",
    "undamage",
    "transfer_out",
    "transfer_in",
    "reserve",
    "release",
    "expire",
)


class Location(db.Model):
    __tablename__ = "location"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(20), unique=True)
    name: Mapped[str] = mapped_column(sa.String(80))


class StockLevel(db.Model):
    """How many of one variant are at one location. Its figures are written by `ledger.apply` alone.

    `version` counts the movements; `settings_version` counts changes of the threshold and the date, which move the
    badge too. The constraints repeat the ledger's guard: whatever else may write here, the shop cannot promise what it
    has not got.
    """

    __tablename__ = "stock_level"
    __table_args__ = (
        sa.UniqueConstraint("variant_id", "location_id"),
        sa.CheckConstraint("on_hand >= 0", name="on_hand"),
        sa.CheckConstraint("reserved >= 0", name="reserved"),
        sa.CheckConstraint("unavailable >= 0", name="unavailable"),
        sa.CheckConstraint("backorder_limit >= 0", name="backorder_limit"),
        sa.CheckConstraint("low_threshold >= 0", name="low_threshold"),
        sa.CheckConstraint("reserved + unavailable <= on_hand + backorder_limit", name="not_oversold"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    variant_id: Mapped[int] = mapped_column(sa.ForeignKey("variant.id"), index=True)
    location_id: Mapped[int] = mapped_column(sa.ForeignKey("location.id"))
    on_hand: Mapped[int] = mapped_column(default=0)
    reserved: Mapped[int] = mapped_column(default=0)
    unavailable: Mapped[int] = mapped_column(default=0)
    backorder_limit: Mapped[int] = mapped_column(default=0)
    low_threshold: Mapped[int | None]
    expected_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    settings_version: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")
    updated_at: Mapped[int] = mapped_column(sa.BigInteger)


class StockMovement(db.Model):
    """One line of the ledger: what changed, what was left, why and by whom. `version` has no gaps within a level.

    `source` names what it belongs to, such as `hold:<reservation>`, `import:<id>` or `undo:bulk:<id>`, or is empty. A
    trigger in the database refuses to change a line, and to delete one that no checkpoint covers.
    """

    __tablename__ = "stock_movement"
    __table_args__ = (
        sa.UniqueConstraint("stock_level_id", "version"),
        sa.CheckConstraint(
            "d_on_hand <> 0 OR d_reserved <> 0 OR d_unavailable <> 0", name="changes_something"
        ),
        sa.CheckConstraint(f"kind IN {KINDS}", name="kind"),
        partial_index("ix_stock_movement_source", "source", "source <> ''"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    stock_level_id: Mapped[int] = mapped_column(sa.ForeignKey("stock_level.id"))
    version: Mapped[int] = mapped_column(sa.BigInteger)
    kind: Mapped[str] = mapped_column(sa.String(12))
    d_on_hand: Mapped[int]
    d_reserved: Mapped[int]
    d_unavailable: Mapped[int]
    on_hand_after: Mapped[int]
    reserved_after: Mapped[int]
    unavailable_after: Mapped[int]
    reason: Mapped[str] = mapped_column(sa.String(200))
    actor: Mapped[str] = mapped_column(sa.String(80))
    label: Mapped[str] = mapped_column(sa.String(80), default="")
    request_id: Mapped[str] = mapped_column(sa.String(32), default="")
    source: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    created_at: Mapped[int] = mapped_column(sa.BigInteger, index=True)


class StockCheckpoint(db.Model):
    """The figures of a level at one version: what the sums start from once older movements are gone."""

    __tablename__ = "stock_checkpoint"

    stock_level_id: Mapped[int] = mapped_column(
        sa.ForeignKey("stock_level.id"), primary_key=True, autoincrement=False
    )
    version: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    on_hand: Mapped[int]
    reserved: Mapped[int]
    unavailable: Mapped[int]
    at: Mapped[int] = mapped_column(sa.BigInteger)


class StockDay(db.Model):
    """One day of one level, in the shop's time zone. Reports read it, so they outlive the movements."""

    __tablename__ = "stock_day"

    stock_level_id: Mapped[int] = mapped_column(
        sa.ForeignKey("stock_level.id"), primary_key=True, autoincrement=False
    )
    day: Mapped[date] = mapped_column(primary_key=True, index=True)
    opening: Mapped[int]
    received: Mapped[int]
    sold: Mapped[int]
    returned: Mapped[int]
    adjusted: Mapped[int]
    damaged: Mapped[int]
    closing: Mapped[int]
    changes: Mapped[int]
    holds: Mapped[int]
    holds_expired: Mapped[int]
    refused: Mapped[int]
    out_ms: Mapped[int] = mapped_column(sa.BigInteger)
