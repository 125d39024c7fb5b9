"""What is older than INVENTORY_MAX_HISTORY_DAYS goes, in whole days, and every sum stays true.

Of each level the figures after the last movement that goes become its checkpoint, in the transaction that deletes: killed
anywhere, the next run goes on from there. A level whose history does not add up is left as it is, since it is the evidence.
Refused demand, resolved alerts and holds that ended without a sale go as well. Sold ones stay: an order is processed once
however late it is sent again, and returns are counted on their lines.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app

from app.core import jobs
from app.core.database import db, delete_in_chunks, read_now, snapshot, transaction
from app.inventory import days, rollups
from app.inventory.models import RefusedDemand, Reservation, ReservationLine, StockAlert

# What one transaction deletes at most; a level costs as much as some movements.
CHUNK = 100
LEVEL_COST = 10
UNSOLD = ("released", "expired")

log = logging.getLogger(__name__)
hold, line = Reservation.__table__, ReservationLine.__table__


@dataclass(frozen=True)
class Stretch:
    """Movements of one level up to a version; `units` is how many there are."""

    level_id: int
    version: int
    units: int


# The kept version is the first that is young enough, not the one after the last old one: a clock that was set back for a
# while must not take a young movement along.
OLD = sa.text("""
SELECT stock_level_id, MIN(version) AS first, MAX(version) AS last,
  MIN(CASE WHEN created_at >= :before THEN version END) AS kept
FROM stock_movement GROUP BY stock_level_id HAVING MIN(created_at) < :before ORDER BY stock_level_id
""")
# True when the newest checkpoint and the movements up to :version give the figures that the movement of :version left.
ADDS_UP = sa.text("""
SELECT m.on_hand_after = COALESCE(c.on_hand, 0) + s.on_hand
  AND m.reserved_after = COALESCE(c.reserved, 0) + s.reserved
  AND m.unavailable_after = COALESCE(c.unavailable, 0) + s.unavailable
  AND s.units = :version - COALESCE(c.version, 0)
FROM stock_movement m
LEFT JOIN stock_checkpoint c ON c.stock_level_id = m.stock_level_id AND c.version = (
  SELECT MAX(version) FROM stock_checkpoint WHERE stock_level_id = :level)
CROSS JOIN (SELECT COUNT(*) AS units, SUM(d_on_hand) AS on_hand, SUM(d_reserved) AS reserved,
  SUM(d_unavailable) AS unavailable FROM stock_movement WHERE stock_level_id = :level AND version <= :version) s
WHERE m.stock_level_id = :level AND m.version = :version
""")
KEEP_FIGURES = sa.text("""
INSERT INTO stock_checkpoint (stock_level_id, version, on_hand, reserved, unavailable, at)
SELECT stock_level_id, version, on_hand_after, reserved_after, unavailable_after, created_at
FROM stock_movement WHERE stock_level_id = :level AND version = :version
ON CONFLICT DO NOTHING
""")
DROP_OLDER = sa.text("DELETE FROM stock_checkpoint WHERE stock_level_id = :level AND version < :version")
DELETE = sa.text("DELETE FROM stock_movement WHERE stock_level_id = :level AND version <= :version")
IS_GONE = sa.text(
    "SELECT EXISTS (SELECT 1 FROM stock_checkpoint WHERE stock_level_id = :level AND version >= :version)"
)


def queue_pruning() -> None:
    """For the clock, which has no time for it itself."""
    with transaction():
        jobs.run_later(prune_history, queue="bulk")


def prune_history() -> dict[str, int]:
    """Roll up, then delete what is too old. Returns how many of what went; `damaged` levels were left alone."""
    settings = current_app.config["SETTINGS"]
    if settings.INVENTORY_ENABLE_ANALYTICS:
        rollups.roll_up()
    today = days.day_of(read_now())
    before = days.begin_of(today - settings.INVENTORY_MAX_HISTORY_DAYS * days.ONE)
    movements, damaged = prune_movements(before)
    holds = prune_holds(before)
    delete_in_chunks(RefusedDemand, RefusedDemand.at < before)
    delete_in_chunks(StockAlert, StockAlert.resolved_at < before)
    return {"movements": movements, "holds": holds, "damaged": damaged}


def prune_movements(before: int) -> tuple[int, int]:
    """How many went, and how many levels were left alone because their history does not add up."""
    pruned, damaged = 0, set()
    for batch in batches(before):
        broken = [stretch for stretch in batch if not adds_up(stretch)]
        damaged |= {stretch.level_id for stretch in broken if not is_gone(stretch)}
        with transaction():
            pruned += sum(
                prune(stretch)
                for stretch in batch
                if stretch not in broken and stretch.level_id not in damaged
            )
    if damaged:
        log.error(
            "the history of %s stock levels does not add up and was kept; run flask verify", len(damaged)
        )
    return pruned, len(damaged)


def batches(before: int) -> Iterator[list[Stretch]]:
    """Stretches that are deleted in one transaction: long histories are cut, short ones go together."""
    batch: list[Stretch] = []
    cost = 0
    with snapshot():
        rows = db.session.execute(OLD, {"before": before}).all()
    for row in rows:
        end = row.last if row.kept is None else row.kept - 1
        for start in range(row.first, end + 1, CHUNK):
            stretch = Stretch(row.stock_level_id, min(start + CHUNK - 1, end), min(CHUNK, end + 1 - start))
            if batch and cost + stretch.units > CHUNK:
                yield batch
                batch, cost = [], 0
            batch.append(stretch)
            cost += stretch.units + LEVEL_COST
    if batch:
        yield batch


def is_gone(stretch: Stretch) -> bool:
    """Another run was here first."""
    return bool(db.session.scalar(IS_GONE, {"level": stretch.level_id, "version": stretch.version}))


def adds_up(stretch: Stretch) -> bool:
    """False too when the newest movement of the stretch is missing."""
    return bool(db.session.scalar(ADDS_UP, {"level": stretch.level_id, "version": stretch.version}))


def prune(stretch: Stretch) -> int:
    """Call inside transaction()."""
    values = {"level": stretch.level_id, "version": stretch.version}
    db.session.execute(KEEP_FIGURES, values)
    db.session.execute(DROP_OLDER, values)
    return int(db.session.execute(DELETE, values).rowcount)  # type: ignore[attr-defined]


def prune_holds(before: int) -> int:
    """In the order of their ids, so that what stays is read once."""
    pruned, after = 0, ""
    due = (
        sa.select(hold.c.id)
        .where(hold.c.status.in_(UNSOLD), hold.c.closed_at < before)
        .order_by(hold.c.id)
        .limit(CHUNK)
    )
    while ids := db.session.scalars(due.where(hold.c.id > after)).all():
        with transaction():
            db.session.execute(sa.delete(line).where(line.c.reservation_id.in_(ids)))
            db.session.execute(sa.delete(hold).where(hold.c.id.in_(ids)))
        pruned, after = pruned + len(ids), ids[-1]
    return pruned
