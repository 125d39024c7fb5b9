"""The bank's own books against the shop's: what was charged, let go of and given back, each once."""

import sqlalchemy as sa

from app.core.database import db
from app.orders.models import Order, Payment
from app.orders.providers import current_provider


def disagreements():
    """Payments of which the bank says something else than the shop, or that keep money they should not; none when idle."""
    rows = db.session.execute(sa.select(Order, Payment).join(Payment, Payment.order_id == Order.id)).all()
    return [problem for order, payment in rows if (problem := disagreement(order, payment))]


def disagreement(order, payment):
    books = current_provider().books(payment.reference)
    has = (
        books.get("outcome") == "authorised",
        books.get("captured", False),
        books.get("voided", False),
        sum(books.get("refunds", {}).values()),
    )
    wanted = {
        "declined": (False, False, False, 0),
        "authorised": (True, False, False, 0),
        "captured": (True, True, False, payment.refunded_minor),
        "voided": (True, False, True, 0),
    }.get(payment.status)
    is_settled = {
        "cancelled": ("declined", "voided", "captured"),
        "paid": ("declined", "authorised", "voided"),
        "stock_review": ("declined", "authorised", "voided"),
    }.get(order.status, ("declined", "captured", "voided"))
    if has == wanted and payment.status in is_settled:
        return None
    return order.number, order.status, payment.status, has
