"""How much of a SKU there was at the end of each of the last days: what the chart on its page draws."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from app.core.database import db, read_now
from app.inventory import days
from app.inventory.locations import LevelAt, list_levels
from app.inventory.models import StockDay, StockMovement

DAYS = 30

movement, stock_day = StockMovement.__table__, StockDay.__table__


@dataclass(frozen=True)
class TrendDay:
    """The figures at the end of the day, of the running one now. None: nobody knows, which is not the same as zero."""

    day: date
    on_hand: int | None = None
    available: int | None = None


def read_trend(sku: str, length: int = DAYS) -> list[TrendDay]:
    """Oldest day first, over all locations; a location counts from its first movement on. Raises UnknownSku."""
    today = days.day_of(read_now())
    span = [today - days.ONE * back for back in range(length - 1, -1, -1)]
    known = [read_level(level, span) for level in list_levels(sku)]
    return [add_up(day, [level[day] for level in known if day in level]) for day in span]


def add_up(day: date, figures: list[TrendDay]) -> TrendDay:
    if not figures:
        return TrendDay(day)
    available = [each.available for each in figures]
    return TrendDay(
        day,
        sum(each.on_hand or 0 for each in figures),
        None if None in available else sum(left or 0 for left in available),
    )


def read_level(level: LevelAt, span: list[date]) -> dict[date, TrendDay]:
    """On hand is in the roll-ups. What was available stands in the last movement of each day, whose version follows from
    the number of changes since: the ledger has no gaps."""
    found = {span[-1]: TrendDay(span[-1], level.on_hand, level.available)}
    rows = db.session.execute(
        sa.select(stock_day.c.day, stock_day.c.closing, stock_day.c.changes)
        .where(stock_day.c.stock_level_id == level.id, stock_day.c.day >= span[0], stock_day.c.day < span[-1])
        .order_by(stock_day.c.day.desc())
    ).all()
    version = last_version(level.id, days.begin_of(span[-1])) if rows else 0
    ends = {}
    for row in rows:
        ends[row.day] = version
        version -= row.changes
    left = read_available(level, set(ends.values()))
    return found | {row.day: TrendDay(row.day, row.closing, left.get(ends[row.day])) for row in rows}


def last_version(level_id: int, before: int) -> int:
    newest = sa.select(movement.c.version).where(
        movement.c.stock_level_id == level_id, movement.c.created_at < before
    )
    return db.session.scalar(newest.order_by(movement.c.version.desc()).limit(1)) or 0


def read_available(level: LevelAt, versions: set[int]) -> dict[int, int]:
    left = movement.c.on_hand_after - movement.c.reserved_after - movement.c.unavailable_after
    rows = db.session.execute(
        sa.select(movement.c.version, left + level.backorder_limit).where(
            movement.c.stock_level_id == level.id, movement.c.version.in_(versions)
        )
    )
    return {version: units for version, units in rows}
