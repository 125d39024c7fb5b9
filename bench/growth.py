"""What a reservation costs as the shop grows: from 1,000 to 100,000 SKUs, then from no past to a million movements."""

import sqlalchemy as sa

from app.core.database import db, now_ms, transaction
from bench import databases, plot
from bench.percentiles import median, percentile
from bench.results import NONE, Limit, Measure, Run
from bench.shop import Shop
from bench.till import Till

HOT = "SKU-1"
OPENING = 1_000_000
SIBLINGS = 4
WARM_UP = 20
REQUESTS = 150
RUNS = 3
SIZES = ((1_000, 0), (10_000, 0), (100_000, 0), (100_000, 100_000), (100_000, 1_000_000))
# Beside the smallest shop; what a busy machine adds is in both.
FLAT = Limit(1.3)

RANGE = "WITH RECURSIVE number(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM number WHERE n < :last)"
SKUS = (
    """INSERT INTO location (id, code, name) SELECT 1, 'shelf', 'Shelf'
    WHERE NOT EXISTS (SELECT 1 FROM location)""",
    """INSERT INTO category (id, slug, name, blurb, picture, position) SELECT 1, 'all', 'All', '', '', 0
    WHERE NOT EXISTS (SELECT 1 FROM category)""",
    f"""INSERT INTO product (id, slug, name, tagline, description, facts, care, firing, category_id, goes_with, position,
      created_at) {RANGE}
    SELECT n / {SIBLINGS} + 1, 'cup-' || n, 'Cup', '', '', '[]', '', '', 1, '[]', 0, 0 FROM number
    WHERE n % {SIBLINGS} = 0 OR n = 1""",
    f"""INSERT INTO variant (id, product_id, sku, glaze, glaze_hex, size, price_minor, position) {RANGE}
    SELECT n, n / {SIBLINGS} + 1, 'SKU-' || n, '', '#eeeeee', '', 2400, n FROM number""",
    f"""INSERT INTO stock_level (id, variant_id, location_id, on_hand, reserved, unavailable, backorder_limit, version,
      settings_version, updated_at) {RANGE}
    SELECT n, n, 1, {OPENING}, 0, 0, 0, 1, 0, 0 FROM number""",
    f"""INSERT INTO stock_movement (stock_level_id, version, kind, d_on_hand, d_reserved, d_unavailable, on_hand_after,
      reserved_after, unavailable_after, reason, actor, label, request_id, source, created_at) {RANGE}
    SELECT n, 1, 'opening', {OPENING}, 0, 0, {OPENING}, 0, 0, 'Opening', 'bench', '', '', '', 0 FROM number""",
)
# Of the hot SKU: each hold that was sold is a reservation, its line and two movements; what was sold was received again.
PAST = (
    f"""INSERT INTO reservation (id, owner, order_id, status, client, hard_expires_at, created_at, closed_at) {RANGE}
    SELECT 'past-' || n, 'ext:past-' || n % 5000, 'past-' || n, 'committed', '', :now, :now, :now FROM number
    WHERE n % 3 = 0""",
    f"""INSERT INTO reservation_line (reservation_id, stock_level_id, quantity, returned) {RANGE}
    SELECT 'past-' || n, 1, 1, 0 FROM number WHERE n % 3 = 0""",
    f"""INSERT INTO stock_movement (stock_level_id, version, kind, d_on_hand, d_reserved, d_unavailable, on_hand_after,
      reserved_after, unavailable_after, reason, actor, label, request_id, source, created_at) {RANGE}
    SELECT 1, :version + n - :first + 1,
      CASE n % 3 WHEN 1 THEN 'reserve' WHEN 2 THEN 'sale' ELSE 'receive' END,
      CASE n % 3 WHEN 1 THEN 0 WHEN 2 THEN -1 ELSE 1 END, CASE n % 3 WHEN 1 THEN 1 WHEN 2 THEN -1 ELSE 0 END, 0,
      :on_hand - CASE n % 3 WHEN 2 THEN 1 ELSE 0 END, :reserved + CASE n % 3 WHEN 1 THEN 1 ELSE 0 END, 0,
      'Order', 'bench', '', '', 'hold:past-' || n, :now FROM number""",
    "UPDATE stock_level SET version = :version + :last - :first + 1 WHERE id = 1",
)


def measure(shop: Shop, _seconds: float | None) -> list[Measure]:
    shop.start_redis()
    measures: list[Measure] = []
    for name, database in databases.BOTH.items():
        with database(shop.folder) as url, databases.open_app(shop, url) as app:
            till, skus, past, first = Till(app), 0, 0, 0.0
            for wanted, movements in SIZES:
                add_skus(skus, wanted)
                add_past(past, movements)
                skus, past = wanted, movements
                settle()
                runs = [run_once(till, skus, past, first) for _ in range(RUNS)]
                first = first or median([run.figures["p50 ms"] for run in runs])
                title = f"{skus:,} SKUs, {past:,} past, {name}"
                measures.append(Measure(title, {"beside the first": FLAT, "failed": NONE}, runs))
    return measures


def add_skus(there: int, wanted: int) -> None:
    if wanted > there:
        run_all(SKUS, {"first": there + 1, "last": wanted})


def add_past(there: int, wanted: int) -> None:
    if wanted > there:
        level = db.session.execute(
            sa.text("SELECT version, on_hand, reserved FROM stock_level WHERE id = 1")
        ).one()
        now = db.session.execute(sa.select(now_ms())).scalar_one()
        # In threes, so that it ends where it began.
        run_all(PAST, {"first": there // 3 * 3 + 1, "last": wanted // 3 * 3, "now": now, **level._asdict()})


def run_all(statements: tuple[str, ...], values: dict[str, int]) -> None:
    with transaction():
        if db.engine.dialect.name == "postgresql":
            db.session.execute(sa.text("SET LOCAL statement_timeout = 0"))
        for statement in statements:
            for (
                name,
                value,
            ) in values.items():  # numbers of our own; PostgreSQL cannot tell the types of parameters here
                statement = statement.replace(f":{name}", str(value))
            db.session.execute(sa.text(statement))


def settle() -> None:
    """What a database does for itself within a minute."""
    run_all(("ANALYZE",), {})


def run_once(till: Till, skus: int, past: int, first: float) -> Run:
    for _ in range(WARM_UP):
        till.reserve(HOT)
    answers = [till.reserve(HOT) for _ in range(REQUESTS)]
    took = [ms for _, ms in answers]
    return Run(
        {
            "p50 ms": median(took),
            "p95 ms": percentile(took, 95),
            "beside the first": median(took) / first if first else 1.0,
            "failed": float(sum(status != 200 for status, _ in answers)),
            "SKUs": float(skus),
            "past": float(past),
        },
        {"latencies_ms": [round(value, 3) for value in took]},
    )


def draw(measures: list[Measure]) -> str:
    """The medians as an SVG picture: one line for each database."""
    names = [f"{skus:,} SKUs\n{past:,} past" for skus, past in SIZES]
    lines = {
        database: [median(found.values("p50 ms")) for found in measures if found.name.endswith(database)]
        for database in databases.BOTH
    }
    return plot.lines("One reservation, median ms", names, lines)
