"""What staff and shoppers do with an order that is paid: process, ship, deliver, cancel, take back."""

import sqlalchemy as sa

from app.core import outbox
from app.core.database import db, now_ms, run_transaction
from app.core.errors import Invalid
from app.core.mail import write_mail
from app.inventory import reservations
from app.inventory.errors import ReservationGone
from app.inventory.ledger import Origin
from app.inventory.models import Reservation
from app.orders import charges, queries, transitions
from app.orders.errors import NotPossibleNow
from app.orders.models import Order, OrderLine, OrderReturn

UNPAID = ("checkout", "payment_pending")
BEFORE_SALE = (*UNPAID, "paid", "stock_review")


def process_order(order: Order, actor: str) -> None:
    """Take the units off the shelf and the money from the bank. Call inside run_transaction(), as all of these."""
    transitions.require(order.id, "processing", actor)
    order = transitions.lock(order.id)
    if order.reservation_id is None:
        raise ReservationGone()
    reservations.process_order(order.number, order.reservation_id, Origin(actor, f"Order {order.number}"))
    charges.capture(order.id)


def order_processed(event: outbox.Announcement) -> None:
    """The units were sold through the API: the order follows. A no-op for what staff processed here."""

    def follow() -> None:
        order = db.session.scalar(sa.select(Order).where(Order.number == event.key))
        if order and transitions.advance(order.id, "processing", "api"):
            charges.capture(order.id)

    run_transaction(follow)


def ship_order(order: Order, actor: str, note: str = "") -> None:
    transitions.require(order.id, "shipped", actor, note)


def deliver_order(order: Order, actor: str) -> None:
    transitions.require(order.id, "delivered", actor)


def cancel_order(order: Order, actor: str, note: str = "") -> None:
    """Give the units and the money back, once. Raises NotPossibleNow for what has been shipped."""
    order = transitions.lock(order.id)
    was, reservation_id = order.status, order.reservation_id
    transitions.require(order.id, "cancelled", actor, note)
    if was in BEFORE_SALE:
        give_up_hold(order, Origin(actor, f"Order {order.number} cancelled"))
        charges.let_go(order.id)
    elif reservation_id:
        take_all_back(order, reservation_id, Origin(actor, f"Order {order.number} cancelled"))
        charges.give_back(order.id, f"cancel-{order.number}", order.total_minor)
    if was not in UNPAID:
        charged = was not in BEFORE_SALE
        url = queries.link_of(order)
        write_mail(order.email, "orders/cancelled.mail.txt", order=order, url=url, was_charged=charged)


def give_up_hold(order: Order, origin: Origin) -> None:
    """The order forgets its hold, which goes the way of all old ones."""
    if order.reservation_id:
        reservations.cancel(order.reservation_id, origin)
        order.reservation_id = None


def take_all_back(order: Order, reservation_id: str, origin: Origin) -> None:
    """In one order for all orders, so that two of the same things do not wait for each other."""
    for line in sorted(order.lines, key=lambda line: line.variant_id):
        line.returned = line.quantity
        reservations.return_units(reservation_id, line.sku, line.quantity, restock=True, origin=origin)


def return_line(order: Order, sku: str, quantity: int, *, restock: bool, actor: str) -> OrderReturn:
    """Take units of one line back and refund them. Raises Invalid for more than are left, NotPossibleNow before shipping."""
    order = transitions.lock(order.id)
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
    charges.give_back(order.id, f"return-{back.id}", back.refund_minor)
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
    """Close what was never paid once its hold has ended. Returns how many."""
    ended = has_no_hold().limit(200)
    return sum(expire_order(order_id) for order_id in db.session.scalars(ended).all())


def expire_order(order_id: int) -> bool:
    """Unless its shopper came back in between, and holds anew."""

    def write() -> bool:
        order = transitions.lock(order_id)
        if db.session.scalar(has_no_hold().where(Order.id == order_id)) is None:
            return False
        order.reservation_id = None
        return transitions.advance(order_id, "expired", "clock", sources=("checkout",))

    return run_transaction(write)


def has_no_hold() -> sa.Select[int]:
    return (
        sa.select(Order.id)
        .join(Reservation, Reservation.id == Order.reservation_id)
        .where(Order.status == "checkout", Reservation.status.in_(("expired", "released")))
    )
