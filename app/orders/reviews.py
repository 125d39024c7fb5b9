"""Orders that were paid when their units were gone: staff let them wait, send them when units came, or give the money back.

The money is set aside and not taken. A bank keeps it for a week, so nobody waits longer; what nobody has looked at goes
back after a day.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.core import outbox
from app.core.database import db, now_ms, run_transaction
from app.core.errors import DomainError
from app.core.mail import write_mail
from app.inventory import expiry, reservations
from app.inventory.ledger import Origin
from app.inventory.reservations import Party
from app.orders import fulfilment, payments, queries, transitions
from app.orders.errors import NotPossibleNow
from app.orders.models import Order, OrderEvent

LOOKED_AT_WITHIN_MS = 24 * 3600 * 1000
WAITS_AT_MOST_MS = 6 * 24 * 3600 * 1000
UNSEEN = "bank"


def backorder_order(order: Order, actor: str, note: str = "") -> None:
    """Promise the next units that come. Call inside run_transaction(), as all of these. Raises NotPossibleNow."""
    order = lock_review(order.id)
    transitions.record(order.id, order.status, actor, note or "Waits for the next units")
    order.version += 1
    outbox.announce(transitions.ORDER_CHANGED, order.number, order.version)
    write_mail(order.email, "orders/backorder.mail.txt", order=order, url=queries.link_of(order))


def is_backordered(order: Order, events: Sequence[OrderEvent]) -> bool:
    """Staff have promised it the next units. `events` are newest first."""
    return order.status == "stock_review" and events[0].actor != UNSEEN


def supply_order(order: Order, actor: str, note: str = "") -> None:
    """Units have come: the order takes its own and is paid. Raises InsufficientStock, NotPossibleNow."""
    order = lock_review(order.id)
    party = Party(f"order:{order.number}")
    origin = Origin(actor, f"Order {order.number} supplied")
    held = reservations.reserve(party, payments.units_of(order), None, origin)
    payments.finish(order, held.id)


def lock_review(order_id: int) -> Order:
    order = transitions.lock(order_id)
    if order.status != "stock_review":
        raise NotPossibleNow(f"The order is {order.status} and needs no review", state=order.status)
    return order


def supply_waiting() -> int:
    """By the clock: what was promised is served, the oldest first. Returns how many."""
    return sum(supply_if_there(order) for order in find_reviews(OrderEvent.actor != UNSEEN))


def supply_if_there(order: Order) -> bool:
    if expiry.find_short(f"order:{order.number}", payments.units_of(order)):
        return False
    try:
        run_transaction(lambda: supply_order(order, "clock"))
    except DomainError:
        return False  # somebody was faster
    return True


def refund_overdue() -> int:
    """By the clock: the money goes back when nobody has looked, or the bank would let go of it. Returns how many."""
    unseen = sa.and_(OrderEvent.actor == UNSEEN, OrderEvent.at < now_ms() - LOOKED_AT_WITHIN_MS)
    overdue = find_reviews(sa.or_(unseen, Order.placed_at < now_ms() - WAITS_AT_MOST_MS))
    return sum(refund_order(order) for order in overdue)


def refund_order(order: Order) -> bool:
    def write() -> bool:
        fresh = transitions.lock(order.id)
        if fresh.status != "stock_review":
            return False
        fulfilment.cancel_order(fresh, "clock", "No units came in time; the money goes back")
        return True

    return run_transaction(write)


def find_reviews(condition: sa.ColumnElement[bool]) -> list[Order]:
    """Orders under review, the oldest first, of whose newest step the condition is true."""
    any_step = aliased(OrderEvent)
    newest = sa.select(sa.func.max(any_step.sequence)).where(any_step.order_id == Order.id)
    return list(
        db.session.scalars(
            sa.select(Order)
            .join(OrderEvent, OrderEvent.order_id == Order.id)
            .where(Order.status == "stock_review", OrderEvent.sequence == newest.scalar_subquery())
            .where(condition)
            .order_by(Order.placed_at, Order.id)
            .limit(100)
        )
    )
