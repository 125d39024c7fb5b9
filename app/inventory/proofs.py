"""What must always be true of stock, each as one statement over all levels that finds where it is not.

Movements count from the newest checkpoint of their level on; older ones that are still there prove nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.core.database import db

FIGURES = {"on_hand": "on hand", "reserved": "reserved", "unavailable": "unavailable"}
BACKUP = "Compare with a backup; then count the SKU and set what is there"
AS_LEDGER = "Put the level back to the ledger's figures, and find what wrote past app.inventory.ledger"


@dataclass(frozen=True)
class Finding:
    """Something that is not as it must be; `sku`, `location` and `version` where they apply."""

    wrong: str
    remedy: str
    sku: str = ""
    location: str = ""
    version: int | None = None

    def __str__(self) -> str:
        where = f"{self.sku} at {self.location}" if self.location else self.sku
        if self.version is not None:
            where += f", version {self.version}"
        return f"{where}: {self.wrong}. {self.remedy}." if where else f"{self.wrong}. {self.remedy}."


NAMED = """
SELECT variant.sku, location.name AS location, {columns} FROM found
JOIN stock_level ON stock_level.id = found.level_id
JOIN variant ON variant.id = stock_level.variant_id
JOIN location ON location.id = stock_level.location_id
{where} ORDER BY variant.sku, location.id, found.version
"""
BASE = """
base AS (
  SELECT c.* FROM stock_checkpoint c
  JOIN (SELECT stock_level_id, MAX(version) AS version FROM stock_checkpoint GROUP BY stock_level_id) newest
    ON newest.stock_level_id = c.stock_level_id AND newest.version = c.version
)
"""
# The same, looked up for each row: SQLite would read all of `base` for every level.
NEWEST_BASE = """base.stock_level_id = {level}
    AND base.version = (SELECT MAX(version) FROM stock_checkpoint WHERE stock_level_id = {level})"""
CHAIN = sa.text(
    f"""
WITH {BASE}, chain AS (
  SELECT m.stock_level_id AS level_id, m.version, m.d_on_hand, m.d_reserved, m.d_unavailable,
    m.on_hand_after, m.reserved_after, m.unavailable_after,
    COALESCE(LAG(m.version) OVER of_level, base.version, 0) AS version_before,
    COALESCE(LAG(m.on_hand_after) OVER of_level, base.on_hand, 0) AS on_hand_before,
    COALESCE(LAG(m.reserved_after) OVER of_level, base.reserved, 0) AS reserved_before,
    COALESCE(LAG(m.unavailable_after) OVER of_level, base.unavailable, 0) AS unavailable_before
  FROM stock_movement m LEFT JOIN base ON base.stock_level_id = m.stock_level_id
  WHERE base.version IS NULL OR m.version > base.version
  WINDOW of_level AS (PARTITION BY m.stock_level_id ORDER BY m.version)
), found AS (
  SELECT chain.*, l.backorder_limit FROM chain JOIN stock_level l ON l.id = chain.level_id
  WHERE chain.version <> version_before + 1
    OR on_hand_after <> on_hand_before + d_on_hand
    OR reserved_after <> reserved_before + d_reserved
    OR unavailable_after <> unavailable_before + d_unavailable
    OR on_hand_after < 0 OR reserved_after < 0 OR unavailable_after < 0
    OR reserved_after + unavailable_after > on_hand_after + l.backorder_limit
)
"""
    + NAMED.format(columns="found.*", where="")
)
LEVELS = sa.text(
    f"""
WITH newest AS (
  SELECT stock_level_id, MAX(version) AS version FROM stock_movement GROUP BY stock_level_id
), found AS (
  SELECT l.id AS level_id, l.version, COALESCE(m.version, base.version, 0) AS last_version,
    l.on_hand, l.reserved, l.unavailable,
    COALESCE(m.on_hand_after, base.on_hand, 0) AS on_hand_after,
    COALESCE(m.reserved_after, base.reserved, 0) AS reserved_after,
    COALESCE(m.unavailable_after, base.unavailable, 0) AS unavailable_after
  FROM stock_level l
  LEFT JOIN stock_checkpoint base ON {NEWEST_BASE.format(level="l.id")}
  LEFT JOIN newest ON newest.stock_level_id = l.id AND newest.version > COALESCE(base.version, 0)
  LEFT JOIN stock_movement m ON m.stock_level_id = l.id AND m.version = newest.version
)
"""
    + NAMED.format(
        columns="found.*",
        where="""WHERE found.version <> last_version OR found.on_hand <> on_hand_after
  OR found.reserved <> reserved_after OR found.unavailable <> unavailable_after""",
    )
)
HELD = sa.text(
    """
WITH found AS (
  SELECT l.id AS level_id, l.version, l.reserved, COALESCE(SUM(held.quantity), 0) AS held
  FROM stock_level l
  LEFT JOIN (SELECT line.stock_level_id, line.quantity FROM reservation_line line
    JOIN reservation r ON r.id = line.reservation_id WHERE r.status IN ('held', 'confirmed')) held
    ON held.stock_level_id = l.id
  GROUP BY l.id, l.version, l.reserved
)
"""
    + NAMED.format(columns="found.*", where="WHERE found.reserved <> found.held")
)
SOLD = sa.text(
    """
WITH found AS (
  SELECT m.stock_level_id AS level_id, MAX(m.version) AS version, m.source, SUM(-m.d_on_hand) AS sold,
    MAX(CASE WHEN r.status = 'committed' THEN line.quantity ELSE 0 END) AS quantity
  FROM stock_movement m
  LEFT JOIN reservation r ON r.id = SUBSTR(m.source, 6)
  LEFT JOIN reservation_line line ON line.reservation_id = r.id AND line.stock_level_id = m.stock_level_id
  WHERE m.kind = 'sale' AND m.source LIKE 'hold:%'
  GROUP BY m.stock_level_id, m.source
)
"""
    + NAMED.format(columns="found.*", where="WHERE quantity IS NULL OR sold <> quantity")
)
UNSOLD = sa.text(
    f"""
WITH found AS (
  SELECT line.stock_level_id AS level_id, NULL AS version, r.id AS hold, line.quantity
  FROM reservation r JOIN reservation_line line ON line.reservation_id = r.id
  LEFT JOIN stock_checkpoint base ON {NEWEST_BASE.format(level="line.stock_level_id")}
  WHERE r.status = 'committed' AND (base.at IS NULL OR r.closed_at > base.at)
    AND NOT EXISTS (SELECT 1 FROM stock_movement m WHERE m.source <> '' AND m.source = 'hold:' || r.id
      AND m.stock_level_id = line.stock_level_id AND m.kind = 'sale')
)
"""
    + NAMED.format(columns="found.*", where="")
)
DOUBLES = sa.text("""
SELECT '' AS sku, 'the owner ' || owner || ' has ' || COUNT(*) || ' open holds' AS wrong
FROM reservation WHERE status = 'held' GROUP BY owner HAVING COUNT(*) > 1
UNION ALL SELECT '', 'order ' || order_id || ' has ' || COUNT(*) || ' holds'
FROM reservation WHERE order_id IS NOT NULL AND status IN ('held', 'confirmed', 'committed')
GROUP BY order_id HAVING COUNT(*) > 1
UNION ALL SELECT variant.sku, COUNT(*) || ' alerts are open'
FROM stock_alert JOIN variant ON variant.id = stock_alert.variant_id
WHERE resolved_at IS NULL GROUP BY variant.sku HAVING COUNT(*) > 1
""")
DAYS = sa.text(
    """
WITH found AS (
  SELECT stock_level_id AS level_id, NULL AS version, day FROM stock_day
  WHERE opening + received + returned - sold + adjusted <> closing
)
"""
    + NAMED.format(columns="found.*", where="")
)


def name(row: Any) -> dict[str, Any]:
    return {"sku": row.sku, "location": row.location, "version": row.version}


def check_chain() -> Iterator[Finding]:
    for row in db.session.execute(CHAIN):
        if row.version != row.version_before + 1:
            yield Finding(
                f"{missing(row.version_before + 1, row.version - 1)} missing before it", BACKUP, **name(row)
            )
        else:
            yield from check_arithmetic(row)
        if is_impossible(row):
            left = f"{row.on_hand_after} on hand, {row.reserved_after} reserved, {row.unavailable_after} unavailable"
            yield Finding(f"the movement left what cannot be: {left}", BACKUP, **name(row))


def check_arithmetic(row: Any) -> Iterator[Finding]:
    for figure, words in FIGURES.items():
        before, change, after = (
            getattr(row, part) for part in (f"{figure}_before", f"d_{figure}", f"{figure}_after")
        )
        if after != before + change:
            yield Finding(f"the movement says {words} {before} {change:+} = {after}", BACKUP, **name(row))


def is_impossible(row: Any) -> bool:
    left = (row.on_hand_after, row.reserved_after, row.unavailable_after)
    return (
        min(left) < 0 or row.reserved_after + row.unavailable_after > row.on_hand_after + row.backorder_limit
    )


def missing(first: int, last: int) -> str:
    return f"movement {first} is" if first == last else f"movements {first} to {last} are"


def check_levels() -> Iterator[Finding]:
    for row in db.session.execute(LEVELS):
        if row.version > row.last_version:
            yield Finding(
                f"{missing(row.last_version + 1, row.version)} missing at the end", BACKUP, **name(row)
            )
            continue
        if row.version < row.last_version:
            yield Finding(f"the ledger goes on to version {row.last_version}", AS_LEDGER, **name(row))
        for figure, words in FIGURES.items():
            here, there = getattr(row, figure), getattr(row, f"{figure}_after")
            if here != there:
                yield Finding(f"the level has {here} {words}, its ledger {there}", AS_LEDGER, **name(row))


def check_held() -> Iterator[Finding]:
    remedy = "A hold or one of its lines was changed by hand: restore it, or release the holds on this SKU"
    for row in db.session.execute(HELD):
        yield Finding(f"{row.reserved} reserved, but the open holds take {row.held}", remedy, **name(row))


def check_sold() -> Iterator[Finding]:
    remedy = "A hold or one of its lines was changed by hand: restore it from a backup"
    for row in db.session.execute(SOLD):
        wrong = f"{row.sold} sold from {row.source}, whose line says {row.quantity or 'nothing'}"
        yield Finding(wrong, remedy, **name(row))
    for row in db.session.execute(UNSOLD):
        wrong = f"hold:{row.hold} counts as sold with {row.quantity}, but no sale took them"
        yield Finding(wrong, remedy, **name(row))


def check_doubles() -> Iterator[Finding]:
    for row in db.session.execute(DOUBLES):
        yield Finding(
            row.wrong, "A unique index is missing: run flask setup, then end all but the newest", row.sku
        )


def check_days() -> Iterator[Finding]:
    for row in db.session.execute(DAYS):
        remedy = "Delete the row of stock_day; stock itself is not concerned"
        yield Finding(f"the roll-up of {row.day} does not add up", remedy, **name(row))
