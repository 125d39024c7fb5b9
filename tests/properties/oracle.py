"""The invariants of stock in plain SQL, written against the tables alone: it shares no line with what it judges.

It knows tables from which nothing was pruned but movements under a checkpoint, as in a test.
"""

import sqlalchemy as sa

from app.core.database import db

CHECKPOINT = """
    SELECT l.id, COALESCE(c.version, 0) AS version, COALESCE(c.on_hand, 0) AS on_hand,
           COALESCE(c.reserved, 0) AS reserved, COALESCE(c.unavailable, 0) AS unavailable
    FROM stock_level l LEFT JOIN stock_checkpoint c ON c.stock_level_id = l.id AND c.version =
        (SELECT MAX(n.version) FROM stock_checkpoint n WHERE n.stock_level_id = l.id)
"""

CHAIN = """
    SELECT m.*, LAG(m.version) OVER w AS version_before, LAG(m.on_hand_after) OVER w AS on_hand_before,
           LAG(m.reserved_after) OVER w AS reserved_before, LAG(m.unavailable_after) OVER w AS unavailable_before
    FROM stock_movement m WINDOW w AS (PARTITION BY m.stock_level_id ORDER BY m.version)
"""

# Each finds what must not be there; the names are those of the design.
INVARIANTS = {
    "I1 figures are the checkpoint and what was moved since": f"""
        SELECT l.id FROM stock_level l JOIN ({CHECKPOINT}) c ON c.id = l.id
        LEFT JOIN stock_movement m ON m.stock_level_id = l.id AND m.version > c.version
        GROUP BY l.id, c.on_hand, c.reserved, c.unavailable
        HAVING l.on_hand <> c.on_hand + COALESCE(SUM(m.d_on_hand), 0)
            OR l.reserved <> c.reserved + COALESCE(SUM(m.d_reserved), 0)
            OR l.unavailable <> c.unavailable + COALESCE(SUM(m.d_unavailable), 0)""",
    "I2 versions have no gap up to the level's own": f"""
        SELECT l.id FROM stock_level l JOIN ({CHECKPOINT}) c ON c.id = l.id
        LEFT JOIN stock_movement m ON m.stock_level_id = l.id AND m.version > c.version
        GROUP BY l.id, c.version
        HAVING COUNT(DISTINCT m.version) <> l.version - c.version OR COALESCE(MAX(m.version), c.version) <> l.version
            OR COUNT(m.version) <> COUNT(DISTINCT m.version)""",
    "I3 after is before and the change": f"""
        SELECT id FROM ({CHAIN}) t WHERE version_before IS NOT NULL AND (
            on_hand_after <> on_hand_before + d_on_hand OR reserved_after <> reserved_before + d_reserved
            OR unavailable_after <> unavailable_before + d_unavailable OR version <> version_before + 1)""",
    "I4 never more promised than there is, at any version": """
        SELECT m.id FROM stock_movement m JOIN stock_level l ON l.id = m.stock_level_id
        WHERE m.on_hand_after < 0 OR m.reserved_after < 0 OR m.unavailable_after < 0
           OR m.reserved_after + m.unavailable_after > m.on_hand_after + l.backorder_limit""",
    "I5 reserved is what open holds take": """
        SELECT l.id FROM stock_level l WHERE l.reserved <> (
            SELECT COALESCE(SUM(r.quantity), 0) FROM reservation_line r JOIN reservation h ON h.id = r.reservation_id
            WHERE r.stock_level_id = l.id AND h.status IN ('held', 'confirmed'))""",
    "I5 each hold's own movements add up to what it takes": """
        SELECT h.id FROM reservation h JOIN reservation_line r ON r.reservation_id = h.id
        LEFT JOIN stock_movement m ON m.source = 'hold:' || h.id AND m.stock_level_id = r.stock_level_id
        GROUP BY h.id, h.status, r.stock_level_id, r.quantity, r.returned
        HAVING COALESCE(SUM(m.d_reserved), 0) <> CASE WHEN h.status IN ('held', 'confirmed') THEN r.quantity ELSE 0 END
            OR COALESCE(SUM(m.d_on_hand), 0) <> CASE WHEN h.status = 'committed' THEN r.returned - r.quantity ELSE 0 END""",
    "I6 what was sold is what committed holds took": """
        SELECT l.id FROM stock_level l WHERE
            (SELECT COALESCE(-SUM(m.d_on_hand), 0) FROM stock_movement m
             WHERE m.stock_level_id = l.id AND m.kind = 'sale' AND m.source LIKE 'hold:%') <>
            (SELECT COALESCE(SUM(r.quantity), 0) FROM reservation_line r JOIN reservation h ON h.id = r.reservation_id
             WHERE r.stock_level_id = l.id AND h.status = 'committed')""",
    "I7 every version was announced": """
        SELECT v.sku FROM stock_level l JOIN variant v ON v.id = l.variant_id GROUP BY v.id, v.sku
        HAVING SUM(l.version) <> (SELECT COUNT(*) FROM outbox o WHERE o.topic = 'stock_changed' AND o.key = v.sku)""",
    "I8 one hold for each owner": """
        SELECT owner FROM reservation WHERE status = 'held' GROUP BY owner HAVING COUNT(*) > 1""",
    "I8 one hold for each order": """
        SELECT order_id FROM reservation WHERE order_id IS NOT NULL AND status IN ('held', 'confirmed', 'committed')
        GROUP BY order_id HAVING COUNT(*) > 1""",
    "a hold holds something, and what is over has its time": """
        SELECT h.id FROM reservation h WHERE (h.status = 'held') <> (h.closed_at IS NULL) AND h.status <> 'confirmed'
        OR h.status = 'held' AND NOT EXISTS (SELECT 1 FROM reservation_line r WHERE r.reservation_id = h.id)""",
}


def violations() -> dict[str, list[str]]:
    """What is wrong now, by invariant; empty when all is well."""
    db.session.rollback()
    found = {
        name: [str(row[0]) for row in db.session.execute(sa.text(query))]
        for name, query in INVARIANTS.items()
    }
    db.session.rollback()
    return {name: rows for name, rows in found.items() if rows}
