"""A shop with a past: ten thousand SKUs and a million movements, written as the ledger would have, in a few statements."""

import sqlalchemy as sa

from app.core.database import db, now_ms, transaction

SKUS = 10_000
HOT = "HOT-1"
# After the opening, rounds of: held, sold from the hold, received again.
ROUND = 3
MOVEMENTS_OF_OTHERS = 91
MOVEMENTS_OF_HOT = 90_091
MOVEMENTS = (SKUS - 1) * MOVEMENTS_OF_OTHERS + MOVEMENTS_OF_HOT
DAYS = 30
OPENING = 1000

NUMBERS = "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {most})"
# Every level with each of its versions; HOT alone has the high ones.
VERSIONS = f"""
{NUMBERS.format(most=MOVEMENTS_OF_HOT)}, numbered AS (
  SELECT n, stock_level.id, version FROM number CROSS JOIN stock_level WHERE n <= {MOVEMENTS_OF_OTHERS}
  UNION ALL SELECT n, 1, {MOVEMENTS_OF_HOT} FROM number WHERE n > {MOVEMENTS_OF_OTHERS}
)
"""
# Sixteen digits, as a hold's id has sixteen characters: the level, and the number of the sale.
HOLD = "SUBSTR(CAST(10000000000000000 + l.id * 1000000 + n AS TEXT), 2)"

CATALOGUE = (
    "INSERT INTO location (id, code, name) VALUES (1, 'shelf', 'Shelf')",
    """INSERT INTO category (id, slug, name, blurb, picture, position) VALUES (1, 'all', 'All', '', '', 0)""",
    """INSERT INTO product (id, slug, name, tagline, description, facts, care, firing, category_id, goes_with, position,
      created_at) VALUES (1, 'cup', 'Cup', '', '', '[]', '', '', 1, '[]', 0, 0)""",
    f"""INSERT INTO variant (id, product_id, sku, glaze, glaze_hex, size, price_minor, position)
    {NUMBERS.format(most=SKUS)}
    SELECT n, 1, CASE WHEN n = 1 THEN '{HOT}' ELSE 'SKU-' || n END, '', '#eeeeee', '', 2400, n FROM number""",
    f"""INSERT INTO stock_level (id, variant_id, location_id, on_hand, reserved, unavailable, backorder_limit, version,
      settings_version, updated_at)
    SELECT id, id, 1, {OPENING}, 0, 0, 0,
      CASE WHEN sku = '{HOT}' THEN {MOVEMENTS_OF_HOT} ELSE {MOVEMENTS_OF_OTHERS} END, 0, 0 FROM variant""",
)
HOLDS = (
    f"""INSERT INTO reservation (id, owner, order_id, status, client, hard_expires_at, created_at, closed_at)
    {VERSIONS}
    SELECT {HOLD}, 'ext:' || n, 'order-' || l.id || '-' || n, 'committed', '', :start, :start,
      :start + CAST(:length AS BIGINT) * n / l.version
    FROM numbered l WHERE n % {ROUND} = 0""",
    """INSERT INTO reservation_line (reservation_id, stock_level_id, quantity, returned)
    SELECT id, CAST(SUBSTR(id, 1, 10) AS INTEGER), 1, 0 FROM reservation""",
)
# One after another as time passes, so that the ids rise with the time.
LEDGER = f"""
INSERT INTO stock_movement (stock_level_id, version, kind, d_on_hand, d_reserved, d_unavailable, on_hand_after,
  reserved_after, unavailable_after, reason, actor, label, request_id, source, created_at)
{VERSIONS}
SELECT l.id, n,
  CASE WHEN n = 1 THEN 'opening' WHEN n % {ROUND} = 2 THEN 'reserve' WHEN n % {ROUND} = 0 THEN 'sale' ELSE 'receive' END,
  CASE WHEN n = 1 THEN {OPENING} WHEN n % {ROUND} = 2 THEN 0 WHEN n % {ROUND} = 0 THEN -1 ELSE 1 END,
  CASE WHEN n = 1 THEN 0 WHEN n % {ROUND} = 2 THEN 1 WHEN n % {ROUND} = 0 THEN -1 ELSE 0 END,
  0,
  CASE WHEN n % {ROUND} = 0 THEN {OPENING - 1} ELSE {OPENING} END,
  CASE WHEN n % {ROUND} = 2 THEN 1 ELSE 0 END,
  0,
  'Order of the day', 'token:till', '', '',
  CASE n % {ROUND} WHEN 2 THEN 'hold:' || SUBSTR(CAST(10000000000000000 + l.id * 1000000 + n + 1 AS TEXT), 2)
    WHEN 0 THEN 'hold:' || {HOLD} ELSE '' END,
  :start + CAST(:length AS BIGINT) * n / l.version
FROM numbered l
ORDER BY CAST(n AS REAL) / l.version, l.id
"""


def fill() -> None:
    """Into an empty, migrated database; every figure is as `flask verify` wants it."""
    now: int = db.session.execute(sa.select(now_ms())).scalar_one()
    length = DAYS * 24 * 3600 * 1000
    with transaction():
        if db.engine.dialect.name == "postgresql":
            db.session.execute(sa.text("SET LOCAL statement_timeout = 0"))
        for statement in (*CATALOGUE, *HOLDS, LEDGER):
            values = {"start": now - length, "length": length} if ":start" in statement else {}
            db.session.execute(sa.text(statement), values)
    if db.engine.dialect.name == "postgresql":
        with transaction():  # what autovacuum does within a minute
            db.session.execute(sa.text("SET LOCAL statement_timeout = 0"))
            db.session.execute(sa.text("ANALYZE"))
