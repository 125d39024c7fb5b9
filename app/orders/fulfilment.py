"""What staff and shoppers do with an order that is paid: process, ship, deliver, cancel, take back."""

import sqlalchemy as sa

from app.core import jobs, outbox
from app.core.database import db, now_ms, run_transaction
from app.core.errors import Invalid
from app.inventory import reservations
from app.inventory.errors import ReservationGone
from app.inventory.ledger import Origin
from app.inventory.models import Reservation
from app.orders import payments, transitions
from app.orders.errors import NotPossibleNow
from app.orders.models import Order, OrderLine, OrderReturn, Payment

BEFORE_SALE = ("checkout", "payment_pending", "paid", "stock_review")


def process_order(order: Order, actor: str) -> None:
    """Take the units off the shelf and the money from the bank. Call inside run_transaction(), as all of these."""
    if order.reservation_id is None:
        raise ReservationGone()
    transitions.require(order.id, "processing", actor)
    reservations.process_order(order.number, order.reservation_id, Origin(actor, f"Order {order.number}"))
    capture(order.id)


def order_processed(event: outbox.Announcement) -> None:
    """The units were sold through the API: the order follows. A no-op for what staff processed here."""

    def follow() -> None:
        order = db.session.scalar(sa.select(Order).where(Order.number == event.key))
        if order and transitions.advance(order.id, "processing", "api"):
            capture(order.id)

    run_transaction(follow)


def capture(order_id: int) -> None:
    reference = db.session.scalar(
        sa.select(Payment.reference).where(Payment.order_id == order_id, Payment.status == "authorised")
    )
    if reference:
        jobs.run_later(payments.capture_payment, reference, queue="critical")


def ship_order(order: Order, actor: str, note: str = "") -> None:
    transitions.require(order.id, "shipped", actor, note)


def deliver_order(order: Order, actor: str) -> None:
    transitions.require(order.id, "delivered", actor)


def cancel_order(order: Order, actor: str, note: str = "") -> None:
    """Give the units and the money back, once. Raises NotPossibleNow for what has been shipped."""
    was = order.status
    transitions.require(order.id, "cancelled", actor, note)
    origin = Origin(actor, f"Order {order.number} cancelled")
    if was in BEFORE_SALE and order.reservation_id:
        reservations.cancel(order.reservation_id, origin)
    elif order.reservation_id:
        for line in order.lines:
            line.returned = line.quantity
            reservations.return_units(
                order.reservation_id, line.sku, line.quantity, restock=True, origin=origin
            )
    if was != "stock_review":  # whose money is on its way back already
        payments.give_back(order.id, f"cancel-{order.number}", order.total_minor)


def return_line(order: Order, sku: str, quantity: int, *, restock: bool, actor: str) -> OrderReturn:
    """Take units of one line back and refund them. Raises Invalid for more than are left, NotPossibleNow before shipping."""
    if order.status not in ("shipped", "delivered"):
        raise NotPossibleNow(
            f"The order is {order.status}; only what was shipped comes back", status=order.status
        )
    line = next((line for line in order.lines if line.sku == sku), None)
    hit = (
        line
        and db.session.execute(
            sa.update(OrderLine)
            .where(OrderLine.id == line.id, OrderLine.returned + quantity <= OrderLine.quantity)
            .values(returned=OrderLine.returned + quantity)
            .returning(OrderLine.id)
            .execution_options(synchronize_session=False)
        ).scalar()
    )
    if not hit or line is None or quantity < 1:
        raise Invalid(errors=[{"field": "quantity", "message": "That many are not left to come back"}])
    assert order.reservation_id, "what was shipped was sold"
    origin = Origin(actor, f"Order {order.number} returned")
    reservations.return_units(order.reservation_id, sku, quantity, restock=restock, origin=origin)
    back = OrderReturn(
        order_line_id=line.id,
        quantity=quantity,
        outcome="restock" if restock else "damage",
        refund_minor=line.price_minor * quantity,
        actor=actor,
        at=now_ms(),
    )
    db.session.add(back)
    db.session.flush()  # the refund's key takes the id
    payments.give_back(order.id, f"return-{back.id}", back.refund_minor)
    close_when_all_is_back(order, actor)
    return back


def close_when_all_is_back(order: Order, actor: str) -> None:
    left = db.session.scalar(
        sa.select(sa.func.sum(OrderLine.quantity - OrderLine.returned)).where(OrderLine.order_id == order.id)
    )
    if left:
        transitions.record(order.id, order.status, actor, "Some of it came back")
        outbox.announce(transitions.ORDER_CHANGED, order.number, order.version)
    else:
        transitions.require(order.id, "returned", actor)


def expire_orders() -> int:
    """Close what was never paid once its hold has ended. A payment that comes later revives it. Returns how many."""
    ended = (
        sa.select(Order.id)
        .join(Reservation, Reservation.id == Order.reservation_id)
        .where(Order.status == "checkout", Reservation.status.in_(("expired", "released")))
        .limit(200)
    )
    return sum(expire_order(order_id) for order_id in db.session.scalars(ended).all())


def expire_order(order_id: int) -> bool:
    return run_transaction(lambda: transitions.advance(order_id, "expired", "clock", sources=("checkout",)))
