"""What sold, what was missing and what lies about: each SKU over the last days, from the roll-ups.

A SKU is out of stock while all its locations are. The roll-ups know the time of each, and for several the shortest is
taken, day by day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

import sqlalchemy as sa
from flask import current_app

from app.catalogue.models import Product, Variant
from app.core.database import db, read_now
from app.inventory import days
from app.inventory.models import Reservation, ReservationLine, StockDay, StockLevel
from app.inventory.sku_report import SkuReport, Totals, add_up, rank

DEAD_AFTER_DAYS = 60

day, level, variant, product = (each.__table__ for each in (StockDay, StockLevel, Variant, Product))
hold, line = Reservation.__table__, ReservationLine.__table__
LEVEL_DAYS = sa.join(day, level, level.c.id == day.c.stock_level_id)
NOTHING = dict.fromkeys(("sold", "supply", "shrinkage", "refused", "out_ms", "known_ms"), 0)
VARIANTS = (
    sa.select(
        variant.c.id,
        variant.c.sku,
        variant.c.glaze,
        variant.c.size,
        variant.c.price_minor,
        variant.c.retired_at,
        product.c.name,
        sa.func.sum(level.c.on_hand).label("on_hand"),
        sa.func.sum(level.c.on_hand + level.c.backorder_limit - level.c.reserved - level.c.unavailable).label(
            "available"
        ),
    )
    .join_from(variant, level, level.c.variant_id == variant.c.id)
    .join(product, product.c.id == variant.c.product_id)
    .group_by(variant.c.id, product.c.id)
    .order_by(variant.c.sku)
)


@dataclass(frozen=True)
class Period:
    """Days of the shop, both included. The last may be running: it counts up to `now`."""

    first: date
    last: date
    now: int

    def length_ms(self, first: date, last: date) -> int:
        return max(min(days.begin_of(last + days.ONE), self.now) - days.begin_of(first), 0)


@dataclass(frozen=True)
class Report:
    """`known` are the first and the last day of the period that were rolled up; None before the first roll-up."""

    period: Period
    known: tuple[date, date] | None
    skus: list[SkuReport]
    sold_by_day: list[tuple[date, int | None]]
    totals: Totals


def is_on() -> bool:
    return bool(current_app.config["SETTINGS"].INVENTORY_ENABLE_ANALYTICS)


def last_days(length: int) -> Period:
    now = read_now()
    today = days.day_of(now)
    return Period(today - (length - 1) * days.ONE, today, now)


def read_report(period: Period) -> Report:
    by_day = read_sold_by_day(period)
    shown = [period.first + step * days.ONE for step in range((period.last - period.first).days + 1)]
    known = (min(by_day), max(by_day)) if by_day else None
    skus = list(report_skus(period, known[1] if known else period.last))
    return Report(period, known, skus, [(each, by_day.get(each)) for each in shown], add_up(skus))


def in_period(period: Period) -> sa.ColumnElement[bool]:
    return day.c.day.between(period.first, period.last)


def read_sold_by_day(period: Period) -> dict[date, int]:
    """Days without any row are missing: nobody knows, which is not the same as zero."""
    statement = sa.select(day.c.day, sa.func.sum(day.c.sold)).where(in_period(period)).group_by(day.c.day)
    return {row[0]: int(row[1]) for row in db.session.execute(statement)}


def report_skus(period: Period, latest: date) -> Iterator[SkuReport]:
    moved, holds = read_moved(period, latest), read_holds(period)
    dead = find_dead(period.last)
    variants = db.session.execute(VARIANTS).all()
    abc = rank({row.id: moved[row.id]["sold"] * row.price_minor for row in variants if row.id in moved})
    for row in variants:
        figures = moved.get(row.id, NOTHING)
        made, sold = holds.get(row.id, (0, 0))
        yield SkuReport(
            sku=row.sku,
            product=row.name,
            variant=", ".join(part for part in (row.glaze, row.size) if part),
            retired=row.retired_at is not None,
            price_minor=row.price_minor,
            on_hand=int(row.on_hand),
            available=int(row.available),
            holds=made,
            holds_sold=sold,
            is_dead=row.on_hand > 0 and row.id in dead,
            abc=abc.get(row.id, ""),
            **figures,
        )


def read_moved(period: Period, latest: date) -> dict[int, dict[str, int]]:
    """Sums by variant. What there was to sell is counted from the end, `closing + sold - returned - adjusted`: the same
    as `opening + received`, but also where a ledger began anew in between."""
    names = ("sold", "returned", "adjusted", "damaged", "refused", "out_ms")
    closing = sa.case((day.c.day == latest, day.c.closing), else_=0)
    by_level = (
        sa.select(
            day.c.stock_level_id,
            *(sa.func.sum(day.c[name]).label(name) for name in names),
            sa.func.sum(closing).label("closing"),
            sa.func.min(day.c.day).label("first"),
            sa.func.max(day.c.day).label("last"),
        )
        .where(in_period(period))
        .group_by(day.c.stock_level_id)
        .subquery()
    )
    sums = (sa.func.sum(by_level.c[name]).label(name) for name in (*names, "closing"))
    statement = (
        sa.select(
            level.c.variant_id,
            *sums,
            sa.func.min(by_level.c.first).label("first"),
            sa.func.max(by_level.c.last).label("last"),
        )
        .join_from(by_level, level, level.c.id == by_level.c.stock_level_id)
        .group_by(level.c.variant_id)
    )
    shared = read_shared_out_ms(period)
    length_ms = cache(period.length_ms)
    found = {}
    for row in db.session.execute(statement):
        known_ms = length_ms(row.first, row.last)
        found[row.variant_id] = {
            "sold": int(row.sold),
            "supply": int(row.closing + row.sold - row.returned - row.adjusted),
            "shrinkage": int(row.damaged - row.adjusted),
            "refused": int(row.refused),
            "out_ms": min(shared.get(row.variant_id, int(row.out_ms)), known_ms),
            "known_ms": known_ms,
        }
    return found


def read_shared_out_ms(period: Period) -> dict[int, int]:
    """Of the variants at several locations."""
    several = (
        sa.select(level.c.variant_id).group_by(level.c.variant_id).having(sa.func.count() > 1)
    ).scalar_subquery()
    shortest = (
        sa.select(level.c.variant_id, sa.func.min(day.c.out_ms).label("out_ms"))
        .select_from(LEVEL_DAYS)
        .where(in_period(period), level.c.variant_id.in_(several))
        .group_by(level.c.variant_id, day.c.day)
        .subquery()
    )
    statement = sa.select(shortest.c.variant_id, sa.func.sum(shortest.c.out_ms)).group_by(
        shortest.c.variant_id
    )
    return {variant_id: int(out_ms) for variant_id, out_ms in db.session.execute(statement)}


def read_holds(period: Period) -> dict[int, tuple[int, int]]:
    """How many ended holds began in the period and how many of them were sold, by variant. Unsold ones are deleted with the
    history, so older ones must not count: only the sold would be left."""
    kept_days = current_app.config["SETTINGS"].INVENTORY_MAX_HISTORY_DAYS
    first = max(period.first, period.last - kept_days * days.ONE)
    sold = sa.case((hold.c.status == "committed", hold.c.id))
    statement = (
        sa.select(level.c.variant_id, *(sa.func.count(sa.distinct(each)) for each in (hold.c.id, sold)))
        .join_from(hold, line, line.c.reservation_id == hold.c.id)
        .join(level, level.c.id == line.c.stock_level_id)
        .where(hold.c.status.in_(("committed", "released", "expired")))
        .where(
            hold.c.created_at >= days.begin_of(first),
            hold.c.created_at < days.begin_of(period.last + days.ONE),
        )
        .group_by(level.c.variant_id)
    )
    return {variant_id: (ended, sold) for variant_id, ended, sold in db.session.execute(statement)}


def find_dead(last: date) -> set[int]:
    """Variants that were here already when the time began, and of which none was sold since."""
    begin = last - (DEAD_AFTER_DAYS - 1) * days.ONE
    of_days = sa.select(level.c.variant_id).select_from(LEVEL_DAYS).distinct()
    here = db.session.scalars(of_days.where(day.c.day == begin)).all()
    sold = db.session.scalars(of_days.where(day.c.day.between(begin, last), day.c.sold > 0)).all()
    return set(here) - set(sold)
