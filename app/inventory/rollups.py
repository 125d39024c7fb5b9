"""One row for each level and day, so that reports outlive the movements.

From its first movement on a level has a row for every day, also for days on which nothing happened: whoever reads adds up
rows and needs no figure of another day. In each, `opening + received + returned - sold + adjusted = closing`; `received`
has opening stock and transfers too, `adjusted` all else that changes on hand. `damaged` are units set aside less those put
back. `refused` stands in the row of the SKU's first level. `out_ms` is the time with nothing available; time before a
level's first movement is not counted, and the running day counts up to now.

A day may be computed again as often as one likes and gives the same row. For a level it is final once retention took one
of its movements.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import current_app

from app.core import jobs
from app.core.database import db, read_now, snapshot, transaction
from app.core.upsert import insert_into
from app.inventory import days
from app.inventory.models import StockDay, StockMovement

CHUNK = 200
DAY_MOVED = ("received", "sold", "returned", "adjusted", "damaged", "changes", "holds", "holds_expired")

stock_day = StockDay.__table__
Rows = dict[int, dict[str, Any]]

MOVED = sa.text("""
WITH step AS (
  SELECT m.*, l.backorder_limit + m.on_hand_after - m.reserved_after - m.unavailable_after AS available_after,
    LAG(m.created_at) OVER of_level AS earlier, LEAD(m.created_at) OVER of_level AS later
  FROM stock_movement m JOIN stock_level l ON l.id = m.stock_level_id
  WHERE m.created_at >= :start AND m.created_at < :until
  WINDOW of_level AS (PARTITION BY m.stock_level_id ORDER BY m.version)
)
SELECT stock_level_id,
  SUM(CASE WHEN earlier IS NULL THEN on_hand_after - d_on_hand ELSE 0 END) AS opening,
  SUM(CASE WHEN later IS NULL THEN on_hand_after ELSE 0 END) AS closing,
  SUM(CASE WHEN kind IN ('opening', 'receive', 'transfer_in', 'transfer_out') THEN d_on_hand ELSE 0 END) AS received,
  SUM(CASE WHEN kind = 'sale' THEN -d_on_hand ELSE 0 END) AS sold,
  SUM(CASE WHEN kind = 'return' THEN d_on_hand ELSE 0 END) AS returned,
  SUM(CASE WHEN kind IN ('opening', 'receive', 'transfer_in', 'transfer_out', 'sale', 'return') THEN 0
    ELSE d_on_hand END) AS adjusted,
  SUM(CASE WHEN kind IN ('damage', 'undamage') THEN d_unavailable ELSE 0 END) AS damaged,
  COUNT(*) AS changes,
  SUM(CASE WHEN kind = 'reserve' THEN 1 ELSE 0 END) AS holds,
  SUM(CASE WHEN kind = 'expire' THEN 1 ELSE 0 END) AS holds_expired,
  SUM(CASE WHEN available_after <= 0 THEN COALESCE(later, :until) - created_at ELSE 0 END)
    + SUM(CASE WHEN earlier IS NULL AND version > 1
      AND available_after - d_on_hand + d_reserved + d_unavailable <= 0 THEN created_at - :start ELSE 0 END) AS out_ms
FROM step GROUP BY stock_level_id
""")
STOOD = sa.text("""
SELECT l.id AS stock_level_id, COALESCE(m.on_hand_after, c.on_hand) AS on_hand,
  l.backorder_limit + COALESCE(m.on_hand_after - m.reserved_after - m.unavailable_after,
    c.on_hand - c.reserved - c.unavailable) AS available
FROM stock_level l
LEFT JOIN stock_movement m ON m.id = (SELECT id FROM stock_movement
  WHERE stock_level_id = l.id AND created_at < :start ORDER BY version DESC LIMIT 1)
LEFT JOIN stock_checkpoint c ON c.stock_level_id = l.id AND c.version = (SELECT MAX(version) FROM stock_checkpoint
  WHERE stock_level_id = l.id AND at < :start)
WHERE m.id IS NOT NULL OR c.version IS NOT NULL
""")
REFUSED = sa.text("""
SELECT MIN(l.id) AS stock_level_id, d.units
FROM (SELECT variant_id, SUM(quantity) AS units FROM refused_demand WHERE at >= :start AND at < :until
  GROUP BY variant_id) d
JOIN stock_level l ON l.variant_id = d.variant_id GROUP BY d.variant_id, d.units
""")
FINAL = sa.text("SELECT DISTINCT stock_level_id FROM stock_checkpoint WHERE at >= :start")


def queue_roll_up() -> None:
    """For the clock: the work itself may take seconds, and the clock has no time."""
    if current_app.config["SETTINGS"].INVENTORY_ENABLE_ANALYTICS:
        with transaction():
            jobs.run_later(roll_up, queue="bulk")


def roll_up() -> int:
    """Bring the rows of all days up to date. Returns how many rows were written.

    The newest day of all may be half done, and the one before may have been rolled up before its last movement.
    """
    today = days.day_of(read_now())
    newest = db.session.scalar(sa.select(sa.func.max(stock_day.c.day)))
    day = min(newest - days.ONE, today) if newest else first_day() or today
    written = 0
    while day <= today:
        written += roll_up_day(day)
        day += days.ONE
    return written


def first_day() -> date | None:
    oldest = db.session.scalar(sa.select(sa.func.min(StockMovement.created_at)))
    return None if oldest is None else days.day_of(oldest)


def roll_up_day(day: date) -> int:
    """Write the rows of one day that are not there as they should be. Returns how many."""
    known = {row.stock_level_id: dict(row._mapping) for row in db.session.execute(select_day(day))}
    with snapshot():
        rows = compute_day(day)
    changed = [row for key, row in rows.items() if known.get(key) != row]
    upsert = insert_into(stock_day)
    keys = [column.name for column in stock_day.primary_key]
    upsert = upsert.on_conflict_do_update(
        index_elements=keys,
        set_={column.name: upsert.excluded[column.name] for column in stock_day.c if column.name not in keys},
    )
    for start in range(0, len(changed), CHUNK):
        with transaction():
            db.session.execute(upsert, changed[start : start + CHUNK])
    return len(changed)


def select_day(day: date) -> sa.Select[Any]:
    return sa.select(stock_day).where(stock_day.c.day == day)


def compute_day(day: date) -> Rows:
    """The rows of the day by level, without those that are final."""
    begin, now = days.begin_of(day), read_now()
    span = {"start": begin, "until": min(days.begin_of(day + days.ONE), now)}
    rows = {row["stock_level_id"]: row for row in (*stood(span), *moved(span))}
    for level_id, units in db.session.execute(REFUSED, span):
        if level_id in rows:
            rows[level_id]["refused"] = int(units)
    final = set(db.session.scalars(FINAL, {"start": begin}))
    return {key: {**row, "day": day} for key, row in rows.items() if key not in final}


def moved(span: dict[str, int]) -> Iterator[dict[str, Any]]:
    """Levels that changed; PostgreSQL sums to NUMERIC."""
    for row in db.session.execute(MOVED, span):
        yield {"refused": 0, **{name: int(value) for name, value in row._mapping.items()}}


def stood(span: dict[str, int]) -> Iterator[dict[str, Any]]:
    """All levels, as if nothing had changed."""
    nothing = dict.fromkeys(("refused", *DAY_MOVED), 0)
    for row in db.session.execute(STOOD, span):
        yield {
            **nothing,
            "stock_level_id": row.stock_level_id,
            "opening": row.on_hand,
            "closing": row.on_hand,
            "out_ms": span["until"] - span["start"] if row.available <= 0 else 0,
        }
