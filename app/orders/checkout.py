"""From a cart to an order that can be paid: units are held from here on, and every step renews the hold."""

import contextlib
import secrets
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.exc import IntegrityError

from app.core.database import db, now_ms, run_transaction
from app.inventory import expiry, holds, promises, reservations
from app.inventory.errors import NoReservation, PromiseGone
from app.inventory.holds import HELD, hold
from app.inventory.ledger import Origin
from app.inventory.reservations import Party
from app.orders import queries, transitions
from app.orders.deliveries import get_delivery
from app.orders.errors import CheckoutIncomplete, EmptyCart, NoCheckout, PaymentRunning
from app.orders.models import CartLine, Order, OrderLine
from app.orders.queries import Cart

FIRST_NUMBER = 10_000
ADDRESS_FIELDS = ("name", "line1", "postcode", "city", "country")


def hold_cart(party: Party) -> Order:
    """Hold what is in the party's cart and open its order, or bring the open one up to date.

    What staff keep of it for this party passes into its hold. Raises EmptyCart, PaymentRunning, InsufficientStock (naming
    every short SKU), NotForSale, ReservationGone, TooManyHolds.
    """
    while True:
        seen, cart = units_in_cart(party.owner), queries.read_cart(party.owner)
        if not cart.items:
            raise EmptyCart()
        with contextlib.suppress(CartMoved, PromiseGone):
            return db.session.get_one(Order, hold_as_seen(party, cart, seen))


class CartMoved(Exception):
    """Another tab changed it, or bought it, between the look and the lock."""


def hold_as_seen(party: Party, cart: Cart, seen: dict[int, int]) -> int:
    wanted = {item.sku: item.quantity for item in cart.items}
    kept = promises.choose(promises.list_promises(party.owner), wanted, held_units(party.owner))
    origin = Origin(party.owner, "Checkout")

    def write() -> int:
        order = open_order(party.owner)
        if order.status == "payment_pending":
            raise PaymentRunning()
        if units_in_cart(party.owner) != seen:
            raise CartMoved()
        dropped = {sku: 0 for sku in held_units(party.owner) if sku not in wanted}
        held = reservations.reserve(
            party, wanted | dropped, None, origin, promised=[each.id for each in kept]
        )
        return write_order(order, cart, held.id).id

    return expiry.with_room(party, promises.still_wanted(wanted, kept), lambda: run_transaction(write))


def units_in_cart(owner: str) -> dict[int, int]:
    lines = sa.select(CartLine.variant_id, CartLine.quantity)
    mine = lines.where(CartLine.owner == owner, CartLine.is_saved.is_(False))
    return {variant_id: quantity for variant_id, quantity in db.session.execute(mine)}


def held_units(owner: str) -> dict[str, int]:
    """Units by SKU that the owner holds."""
    try:
        return holds.get_hold(hold.c.owner == owner, HELD).units
    except NoReservation:
        return {}


def kept_units(owner: str) -> dict[str, int]:
    """Units by SKU that nobody else can have: those that the owner holds, and those that staff keep for the owner."""
    held, kept = held_units(owner), promises.count_units(promises.list_promises(owner))
    return {sku: held.get(sku, 0) + kept.get(sku, 0) for sku in held | kept}


def open_order(owner: str) -> Order:
    """The owner's order, locked: one tab after the other. A new one when there is none."""
    while (order := lock_open(owner)) is None:
        with contextlib.suppress(IntegrityError), db.session.begin_nested():  # another tab may be first
            add_order(owner)
    return order


def lock_open(owner: str) -> Order | None:
    return db.session.scalar(
        sa.select(Order)
        .where(Order.owner == owner, Order.status.in_(("checkout", "payment_pending")))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def add_order(owner: str) -> None:
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


def write_order(order: Order, cart: Cart, reservation_id: str) -> Order:
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
    return f"{prefix}-{FIRST_NUMBER + order_id}"


def is_number_of(text: str, newest: int) -> bool:
    """This shop has given the number out to an order up to the newest."""
    _, _, digits = text.rpartition("-")
    return digits.isdecimal() and any(
        text == number_of(id) for id in (int(digits) - FIRST_NUMBER,) if 0 < id <= newest
    )


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
    promises.pass_on(guest, owner)
    order = lock_open(guest)
    mine = db.session.scalar(sa.select(hold.c.id).where(hold.c.owner == owner, HELD))
    theirs = db.session.scalar(sa.select(hold.c.id).where(hold.c.owner == guest, HELD))
    if queries.find_open(owner) or mine:
        if theirs and not (order and order.status == "payment_pending"):
            reservations.cancel(theirs, Origin(owner, "Signed in with a checkout of its own"))
        return
    if order:
        order.owner = owner
    db.session.execute(sa.update(hold).where(hold.c.owner == guest, HELD).values(owner=owner))


def get_checkout(owner: str) -> Order:
    """Locked, so that no payment begins over a total that is being changed. Raises NoCheckout, PaymentRunning."""
    order = lock_open(owner)
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
