"""Reading alerts: where a SKU's alert is not what its stock asks for, and the pages of the inbox.

Staff are told by what is on the shelf less what is broken and what is paid for. Units in a shopper's checkout still
count as there, or ten minutes of somebody's thinking would raise an alert and take it back.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app

from app.catalogue.models import Category, Product, Variant
from app.core.database import db
from app.inventory.models import (
    Reservation,
    ReservationLine,
    StockAlert,
    StockCheckpoint,
    StockLevel,
    StockMovement,
)

variant, product, category, level, hold, line, alert, movement, checkpoint = (
    table.__table__
    for table in (
        Variant,
        Product,
        Category,
        StockLevel,
        Reservation,
        ReservationLine,
        StockAlert,
        StockMovement,
        StockCheckpoint,
    )
)
own_level = level.alias()
OPEN = alert.c.resolved_at.is_(None)
WAITING = sa.and_(OPEN, alert.c.acknowledged_at.is_(None))

# Spelt out, because a partial index is of no use for a condition with a parameter.
IS_CONFIRMED = hold.c.status == sa.literal_column("'confirmed'")
# Order by order, through the key of its lines: few are paid and not yet sent, while a level's lines are all it ever sold.
CONFIRMED = (
    sa.select(
        sa.func.coalesce(
            sa.func.sum(
                sa.select(line.c.quantity)
                .where(line.c.reservation_id == hold.c.id, line.c.stock_level_id == level.c.id)
                .correlate(hold, level)
                .scalar_subquery()
            ),
            0,
        )
    )
    .select_from(hold)
    .where(IS_CONFIRMED)
    .correlate(level)
    .scalar_subquery()
)
CONFIRMED_BY_LEVEL = (
    sa.select(line.c.stock_level_id, sa.func.sum(line.c.quantity).label("units"))
    .join_from(hold, line, line.c.reservation_id == hold.c.id)
    .where(IS_CONFIRMED)
    .group_by(line.c.stock_level_id)
    .subquery()
)


def select_figures(confirmed: sa.ColumnElement[int]) -> sa.Select[Any]:
    """What there is to say of each SKU over its levels, and its open alert. `confirmed` is the units of one level."""
    return (
        sa.select(
            variant.c.id.label("variant_id"),
            variant.c.sku,
            sa.and_(product.c.status == "active", variant.c.retired_at.is_(None)).label("is_watched"),
            sa.func.sum(level.c.on_hand - level.c.unavailable - confirmed).label("left"),
            sa.func.coalesce(
                sa.func.max(level.c.low_threshold),
                category.c.low_threshold,
                sa.bindparam("low", type_=sa.Integer),
            ).label("threshold"),
            sa.func.sum(level.c.version + level.c.settings_version).label("version"),
            alert.c.id.label("alert_id"),
            alert.c.kind,
        )
        .join_from(variant, level, level.c.variant_id == variant.c.id)
        .join(product, product.c.id == variant.c.product_id)
        .join(category, category.c.id == product.c.category_id)
        .outerjoin(alert, sa.and_(alert.c.variant_id == variant.c.id, OPEN))
        .group_by(variant.c.id, product.c.id, category.c.id, alert.c.id)
    )


# For one SKU, which seldom has units reserved and then needs no look at orders, and for many.
FIGURES = select_figures(sa.case((level.c.reserved > 0, CONFIRMED), else_=0))
ALL_FIGURES = select_figures(sa.func.coalesce(CONFIRMED_BY_LEVEL.c.units, 0)).outerjoin(
    CONFIRMED_BY_LEVEL, CONFIRMED_BY_LEVEL.c.stock_level_id == level.c.id
)


def crossings_of(figures: sa.Select[Any]) -> sa.Select[Any]:
    """Of these figures, those whose open alert is another one than they ask for.

    A `low` that is open stays until a fifth more than the threshold is there, and two units at least.
    """
    now = figures.subquery()
    enough = now.c.threshold + sa.case((now.c.threshold > 10, (now.c.threshold + 4) // 5), else_=2)
    wanted = sa.case(
        (~now.c.is_watched, None),
        (now.c.left <= 0, sa.case((sa.or_(now.c.kind.is_not(None), had_stock(now.c.variant_id)), "out"))),
        (now.c.left <= now.c.threshold, "low"),
        (sa.and_(now.c.kind == "low", now.c.threshold > 0, now.c.left < enough), "low"),
    )
    return (
        sa.select(
            now.c.variant_id, now.c.sku, now.c.left, now.c.version, now.c.alert_id, wanted.label("wanted")
        )
        .where(wanted.is_distinct_from(now.c.kind))
        .order_by(now.c.variant_id)
    )


def had_stock(variant_id: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """What was never there has not run out. A checkpoint stands for movements that are no longer kept."""
    kept = sa.exists().where(checkpoint.c.stock_level_id == own_level.c.id)
    moved = sa.exists().where(movement.c.stock_level_id == own_level.c.id, movement.c.d_on_hand != 0)
    return sa.exists().where(own_level.c.variant_id == variant_id, sa.or_(kept, moved))


CROSSINGS = crossings_of(ALL_FIGURES)
CROSSING_OF_SKU = crossings_of(FIGURES.where(variant.c.sku == sa.bindparam("sku")))
CROSSINGS_OF_SKUS = crossings_of(ALL_FIGURES.where(variant.c.sku.in_(sa.bindparam("skus", expanding=True))))
CROSSINGS_IN_CATEGORY = crossings_of(ALL_FIGURES.where(product.c.category_id == sa.bindparam("category")))


@dataclass(frozen=True)
class Crossing:
    """A SKU whose alert has to change: from the open one, if there is any, to the `wanted` kind, or to none."""

    variant_id: int
    sku: str
    left: int
    version: int
    alert_id: int | None
    wanted: str | None


def find_crossings(skus: Collection[str]) -> list[Crossing]:
    """By ascending variant, the order in which alerts are locked."""
    if len(skus) == 1:
        return read_crossings(CROSSING_OF_SKU, sku=next(iter(skus)))
    return read_crossings(CROSSINGS_OF_SKUS, skus=list(skus))


def find_all_crossings() -> list[Crossing]:
    return read_crossings(CROSSINGS)


def find_crossings_in_category(category_id: int) -> list[Crossing]:
    return read_crossings(CROSSINGS_IN_CATEGORY, category=category_id)


def read_crossings(statement: sa.Select[Any], **values: object) -> list[Crossing]:
    rows = db.session.execute(statement, {"low": default_threshold(), **values})
    return [
        Crossing(row.variant_id, row.sku, int(row.left), int(row.version), row.alert_id, row.wanted)
        for row in rows
    ]


def default_threshold() -> int:
    return int(current_app.config["SETTINGS"].INVENTORY_LOW_STOCK_THRESHOLD)


def are_on() -> bool:
    return bool(current_app.config["SETTINGS"].INVENTORY_ENABLE_ALERTS)


def get_alert(alert_id: int) -> sa.Row[Any] | None:
    """The alert as its row has it, with its SKU."""
    return db.session.execute(
        sa.select(alert, variant.c.sku)
        .join(variant, variant.c.id == alert.c.variant_id)
        .where(alert.c.id == alert_id)
    ).one_or_none()


def count_waiting() -> int:
    """Open alerts that nobody has acknowledged: the count in the navigation."""
    if not are_on():
        return 0
    return db.session.scalar(sa.select(sa.func.count()).select_from(alert).where(WAITING)) or 0
