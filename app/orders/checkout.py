"""From a cart to an order that can be paid: units are held from here on, and every step renews the hold."""

import secrets
from typing import Any

import sqlalchemy as sa
from flask import current_app

from app.core.database import db, now_ms, run_transaction
from app.inventory import expiry, holds, reservations
from app.inventory.errors import NoReservation
from app.inventory.holds import HELD, hold
from app.inventory.ledger import Origin
from app.inventory.reservations import Party
from app.orders import queries, transitions
from app.orders.deliveries import get_delivery
from app.orders.errors import CheckoutIncomplete, EmptyCart, NoCheckout, PaymentRunning
from app.orders.models import Order, OrderLine
from app.orders.queries import Cart

ADDRESS_FIELDS = ("name", "line1", "postcode", "city", "country")


def hold_cart(party: Party) -> Order:
    """Hold what is in the party's cart and open its order, or bring the open one up to date.

    Raises EmptyCart, PaymentRunning, InsufficientStock (naming every short SKU), NotForSale, ReservationGone, TooManyHolds.
    """
    cart = queries.read_cart(party.owner)
    if not cart.items:
        raise EmptyCart()
    wanted = {item.sku: item.quantity for item in cart.items}
    dropped = {sku: 0 for sku in held_units(party.owner) if sku not in wanted}
    origin = Origin(party.owner, "Checkout")

    def write() -> int:
        order = queries.find_open(party.owner)
        if order and order.status == "payment_pending":
            raise PaymentRunning()
        held = reservations.reserve(party, wanted | dropped, None, origin)
        return write_order(order, party.owner, cart, held.id).id

    order_id = expiry.with_room(party, wanted, lambda: run_transaction(write))
    return db.session.get_one(Order, order_id)


def held_units(owner: str) -> dict[str, int]:
    """Units by SKU that the owner holds."""
    try:
        return holds.get_hold(hold.c.owner == owner, HELD).units
    except NoReservation:
        return {}


def write_order(order: Order | None, owner: str, cart: Cart, reservation_id: str) -> Order:
    if order is None:
        order = Order(
            number=f"new-{secrets.token_hex(8)}",
            owner=owner,
            status="checkout",
            currency=current_app.config["SETTINGS"].SHOP_CURRENCY,
            created_at=now_ms(),
        )
        db.session.add(order)
        db.session.flush()  # the number follows from the id
        order.number = number_of(order.id)
        transitions.record(order.id, "checkout", owner, "")
    order.reservation_id = reservation_id
    kept = {line.variant_id: line for line in order.lines}
    order.lines = [
        update_line(kept.get(item.variant_id) or OrderLine(variant_id=item.variant_id), item)
        for item in cart.items
    ]
    order.subtotal_minor = cart.subtotal_minor
    if order.delivery:
        order.delivery_minor = get_delivery(order.delivery).cost(order.subtotal_minor)
    order.version += 1
    return order


def update_line(line: OrderLine, item: queries.CartItem) -> OrderLine:
    line.sku, line.price_minor, line.quantity = item.sku, item.price_minor, item.quantity
    line.name = ", ".join(part for part in (item.name, item.options) if part)
    return line


def number_of(order_id: int) -> str:
    """Short enough to read out on the phone. It opens nothing by itself."""
    prefix = "".join(word[0] for word in str(current_app.config["SETTINGS"].SHOP_NAME).upper().split())[:3]
    return f"{prefix}-{10_000 + order_id}"


def set_contact(owner: str, email: str, address: dict[str, Any]) -> None:
    """Write down who gets it and where. Call inside run_transaction(), as the other steps. Raises NoCheckout."""
    order = get_checkout(owner)
    order.email, order.address = email.strip().lower(), address
    order.version += 1


def set_delivery(owner: str, code: str) -> None:
    """Raises NoCheckout or Invalid."""
    order, delivery = get_checkout(owner), get_delivery(code)
    order.delivery, order.delivery_minor = delivery.code, delivery.cost(order.subtotal_minor)
    order.version += 1


def merge_checkout(guest: str, owner: str) -> None:
    """At login the guest's hold and open order become the owner's, unless the owner has some already: then they end."""
    mine = db.session.scalar(sa.select(hold.c.id).where(hold.c.owner == owner, HELD))
    theirs = db.session.scalar(sa.select(hold.c.id).where(hold.c.owner == guest, HELD))
    if queries.find_open(owner) or mine:
        if theirs:
            reservations.cancel(theirs, Origin(owner, "Signed in with a checkout of its own"))
        return
    db.session.execute(sa.update(hold).where(hold.c.owner == guest, HELD).values(owner=owner))
    open_order = sa.update(Order).where(
        Order.owner == guest, Order.status.in_(("checkout", "payment_pending"))
    )
    db.session.execute(open_order.values(owner=owner))


def get_checkout(owner: str) -> Order:
    order = queries.find_open(owner)
    if order is None:
        raise NoCheckout()
    if order.status != "checkout":
        raise PaymentRunning()
    return order


def get_hold(order: Order) -> holds.Hold:
    return holds.get_hold(hold.c.id == order.reservation_id)


def require_complete(order: Order) -> None:
    """Raises CheckoutIncomplete with the step that is missing."""
    if not order.email or any(not order.address.get(field) for field in ADDRESS_FIELDS):
        raise CheckoutIncomplete("The address is missing", step="contact")
    if not order.delivery:
        raise CheckoutIncomplete("Choose how it should come", step="delivery")
