"""What must always be true of orders, each as one statement over all of them that finds where it is not.

| what | where |
|---|---|
| a paid order has its units aside, a packed one has sold them: the same lines | `check_stock` |
| units set aside or sold for an order have that order | `check_holds` |
| what came back was bought, and is the same for order, hold and returns | `check_returns` |
| one payment at a time, and what it keeps is what the order's state says | `check_money` |
| what was decided of money has been told to the bank | `check_bank` |
| the timeline has no gap and ends with the order's state | `check_timeline` |
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.core.database import db, now_ms
from app.inventory import verification
from app.inventory.proofs import Finding
from app.orders.checkout import is_number_of
from app.orders.models import Order

TELLS_WITHIN_MS = 30 * 60_000
BY_HAND = "Something was written past app.orders: compare with a backup, then put it right by hand"
WITH_BANK = "Compare with the bank's books, then refund or charge by hand"

# The units of the order's lines beside those of its hold.
UNITS = """
FROM (
  SELECT order_id, variant_id, SUM(bought) AS bought, SUM(held) AS held, SUM(returned) AS returned, SUM(back) AS back FROM (
    SELECT order_id, variant_id, quantity AS bought, 0 AS held, returned, 0 AS back FROM order_line
    UNION ALL
    SELECT o.id, level.variant_id, 0, line.quantity, 0, line.returned FROM shop_order o
    JOIN reservation r ON r.id = o.reservation_id AND r.status IN ('confirmed', 'committed')
    JOIN reservation_line line ON line.reservation_id = r.id
    JOIN stock_level level ON level.id = line.stock_level_id
  ) both_sides GROUP BY order_id, variant_id
) units JOIN shop_order ON shop_order.id = order_id JOIN variant ON variant.id = variant_id
"""
# Sold through the API, and the event that the order follows is on its way.
FOLLOWS = """EXISTS (SELECT 1 FROM outbox WHERE topic = 'order_processed' AND key = o.number AND published_at IS NULL)"""
SOLD = "('processing', 'shipped', 'delivered', 'returned')"
WITHOUT_STOCK = sa.text(f"""
SELECT o.number, o.status, COALESCE(r.status, 'missing') AS hold FROM shop_order o
LEFT JOIN reservation r ON r.id = o.reservation_id AND r.order_id = o.number
WHERE (o.status = 'paid' AND COALESCE(r.status, '') <> 'confirmed'
    OR o.status IN {SOLD} AND COALESCE(r.status, '') <> 'committed')
  AND NOT (o.status = 'paid' AND COALESCE(r.status, '') = 'committed' AND {FOLLOWS})
ORDER BY o.id
""")
OTHER_UNITS = sa.text(
    f"SELECT number, sku, bought, held {UNITS} WHERE (status = 'paid' OR status IN {SOLD}) AND bought <> held"
)
WITHOUT_ORDER = sa.text(f"""
SELECT r.id, r.order_id, r.status, o.status AS order_status FROM reservation r
LEFT JOIN shop_order o ON o.number = r.order_id
WHERE r.status = 'confirmed' AND (o.id IS NULL OR o.reservation_id IS NULL OR o.reservation_id <> r.id OR o.status <> 'paid')
  OR r.status = 'committed' AND (o.reservation_id IS NULL OR o.reservation_id <> r.id
    OR o.status NOT IN ('processing', 'shipped', 'delivered', 'returned', 'cancelled') AND NOT {FOLLOWS})
ORDER BY r.id
""")
RETURNS = sa.text(f"""
SELECT number, sku, bought, returned, back, noted {UNITS} LEFT JOIN (
  SELECT line.order_id AS of_order, line.variant_id AS of_variant, SUM(r.quantity) AS noted
  FROM order_return r JOIN order_line line ON line.id = r.order_line_id GROUP BY line.order_id, line.variant_id) notes
  ON of_order = order_id AND of_variant = variant_id
WHERE returned <> back OR returned > bought OR status = 'cancelled' AND held > 0 AND returned <> bought
  OR status <> 'cancelled' AND returned <> COALESCE(noted, 0)
ORDER BY number, sku
""")
MONEY = sa.text(f"""
WITH money AS (
  SELECT o.number, o.status, o.subtotal_minor + o.delivery_minor AS total,
    COALESCE(SUM(CASE WHEN p.status = 'created' THEN 1 END), 0) AS asked,
    COALESCE(SUM(CASE WHEN p.status IN ('created', 'authorised', 'captured') THEN 1 END), 0) AS open,
    COALESCE(SUM(CASE WHEN p.status IN ('authorised', 'captured') THEN p.amount_minor - p.refunded_minor END), 0) AS kept,
    COALESCE(SUM(CASE WHEN p.status = 'captured' THEN p.amount_minor - p.refunded_minor END), 0) AS charged,
    (SELECT COALESCE(SUM(r.refund_minor), 0) FROM order_return r JOIN order_line l ON l.id = r.order_line_id
     WHERE l.order_id = o.id) AS given
  FROM shop_order o LEFT JOIN payment p ON p.order_id = o.id
  GROUP BY o.id, o.number, o.status, o.subtotal_minor, o.delivery_minor
)
SELECT * FROM money WHERE open > 1
  OR status = 'payment_pending' AND (asked <> 1 OR kept <> 0)
  OR status IN ('checkout', 'expired') AND open <> 0
  OR status IN ('paid', 'stock_review') AND (asked <> 0 OR kept <> total)
  OR status IN {SOLD} AND (asked <> 0 OR kept <> total - given)
  OR status = 'cancelled' AND charged <> 0
ORDER BY number
""")
REFUNDS = sa.text("""
SELECT o.number, p.reference, p.refunded_minor, COALESCE(SUM(r.amount_minor), 0) AS sent
FROM payment p JOIN shop_order o ON o.id = p.order_id LEFT JOIN refund r ON r.payment_id = p.id
GROUP BY o.number, p.reference, p.refunded_minor HAVING p.refunded_minor <> COALESCE(SUM(r.amount_minor), 0)
""")
UNTOLD = sa.text(f"""
SELECT o.number, 'a refund of ' || r.amount_minor AS what FROM refund r
JOIN payment p ON p.id = r.payment_id JOIN shop_order o ON o.id = p.order_id
WHERE r.done_at IS NULL AND r.created_at < :before
UNION ALL SELECT o.number, CASE WHEN o.status = 'cancelled' THEN 'that its money is let go of' ELSE 'to take its money' END
FROM payment p JOIN shop_order o ON o.id = p.order_id
WHERE p.status = 'authorised' AND o.status IN ('cancelled', {SOLD.strip("()")})
  AND (SELECT MAX(e.at) FROM order_event e WHERE e.order_id = o.id) < :before
""")
TIMELINE = sa.text("""
SELECT o.number, o.status, e.sequence, e.events, last.status AS last_status FROM shop_order o
LEFT JOIN (SELECT order_id, MAX(sequence) AS sequence, COUNT(*) AS events FROM order_event GROUP BY order_id) e
  ON e.order_id = o.id
LEFT JOIN order_event last ON last.order_id = o.id AND last.sequence = e.sequence
WHERE last.status IS NULL OR last.status <> o.status OR e.sequence <> e.events
ORDER BY o.id
""")


def init_app(app: Flask) -> None:
    for check in (check_stock, check_holds, check_returns, check_money, check_bank, check_timeline):
        verification.register(app, check)


def find(statement: sa.TextClause, **values: Any) -> list[Any]:
    return list(db.session.execute(statement, values))


def check_stock() -> Iterator[Finding]:
    for row in find(WITHOUT_STOCK):
        wrong = f"order {row.number} is {row.status}, but its hold is {row.hold}"
        yield Finding(wrong, "Find its units by hand, or cancel it so that the money goes back")
    for row in find(OTHER_UNITS):
        wrong = f"order {row.number} has bought {row.bought}, but its hold has {row.held}"
        yield Finding(wrong, BY_HAND, row.sku)


def check_holds() -> Iterator[Finding]:
    """Tills sell under numbers of their own; of those that this shop has given out, each has its order."""
    newest = db.session.scalar(sa.select(sa.func.max(Order.id))) or 0
    for row in find(WITHOUT_ORDER):
        if row.status == "confirmed" or row.order_status or is_number_of(row.order_id or "", newest):
            state = f"is {row.order_status} or has another hold" if row.order_status else "is missing"
            wrong = f"hold {row.id} is {row.status} for order {row.order_id}, which {state}"
            yield Finding(wrong, BY_HAND)


def check_returns() -> Iterator[Finding]:
    for row in find(RETURNS):
        wrong = f"order {row.number} says that {row.returned} of {row.bought} came back"
        wrong += f", its hold says {row.back}, its returns {row.noted or 0}"
        yield Finding(wrong, BY_HAND, row.sku)


def check_money() -> Iterator[Finding]:
    for row in find(MONEY):
        if row.open > 1:
            wrong = f"order {row.number} has {row.open} payments at once"
        else:
            wrong = (
                f"order {row.number} over {row.total} is {row.status}, but {row.kept} is kept of its money"
            )
            wrong += f" after {row.given} for returns" if row.given else ""
            wrong += " and a payment is open" if row.asked else ""
        yield Finding(wrong, WITH_BANK)
    for row in find(REFUNDS):
        wrong = (
            f"the payment of order {row.number} has {row.refunded_minor} refunded, its refunds are {row.sent}"
        )
        yield Finding(wrong, WITH_BANK)


def check_bank() -> Iterator[Finding]:
    before = db.session.scalar(sa.select(now_ms() - TELLS_WITHIN_MS))
    for row in find(UNTOLD, before=before):
        wrong = f"the bank has not been told of order {row.number} for half an hour: {row.what}"
        yield Finding(wrong, "See that the worker and the clock run, and what they log")


def check_timeline() -> Iterator[Finding]:
    for row in find(TIMELINE):
        if row.last_status == row.status:
            wrong = f"the timeline of order {row.number} has {row.events} steps up to step {row.sequence}"
        else:
            wrong = f"order {row.number} is {row.status}, but its timeline ends with {row.last_status or 'nothing'}"
        yield Finding(wrong, BY_HAND)
