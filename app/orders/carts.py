"""Putting things into a cart and taking them out. A cart holds no stock: that begins with the checkout."""

import contextlib

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.exc import IntegrityError

from app.catalogue.models import Product, Variant
from app.core import outbox
from app.core.database import db, delete_in_chunks, now_ms
from app.core.errors import Invalid
from app.inventory import queries as inventory
from app.inventory.errors import InsufficientStock, NotForSale, UnknownSku
from app.orders import checkout
from app.orders.errors import NotInCart
from app.orders.models import CartLine

CART_CHANGED = "cart_changed"
KEEP_MS = 90 * 24 * 3600 * 1000
MOST_LINES = 50


def add_to_cart(owner: str, sku: str, quantity: int) -> CartLine:
    """Put `quantity` more of a SKU into the cart. Call inside run_transaction().

    Raises UnknownSku, NotForSale, Invalid, or InsufficientStock when the shelf has less than the cart would have then.
    """
    variant = get_offered(sku)
    while (line := lock_line(owner, variant.id)) is None:
        check_quantity(owner, sku, quantity)
        check_room(owner)
        with contextlib.suppress(IntegrityError), db.session.begin_nested():  # another tab may be first
            return touch(new_line(owner, variant, quantity))
    already = 0 if line.is_saved else line.quantity
    check_quantity(owner, sku, already + quantity)
    line.quantity, line.is_saved = already + quantity, False
    return touch(line)


def fill_up(owner: str, sku: str, quantity: int) -> int:
    """Add what the cart lacks to have `quantity` of a SKU. Returns how many came in. Raises what `add_to_cart` raises."""
    line = lock_line(owner, get_offered(sku).id)
    missing = quantity - (line.quantity if line and not line.is_saved else 0)
    if missing > 0:
        add_to_cart(owner, sku, missing)
    return max(0, missing)


def new_line(owner: str, variant: Variant, quantity: int) -> CartLine:
    now, price = now_ms(), variant.price_minor
    line = CartLine(
        owner=owner,
        variant_id=variant.id,
        quantity=quantity,
        seen_price_minor=price,
        added_at=now,
        changed_at=now,
    )
    db.session.add(line)
    db.session.flush()
    return line


def set_quantity(owner: str, sku: str, quantity: int) -> CartLine | None:
    """Set how many are in the cart; 0 takes the line out. Raises NotInCart, Invalid, InsufficientStock."""
    line = get_line(owner, sku)
    if quantity == 0:
        remove(line)
        return None
    if quantity > line.quantity:
        check_quantity(owner, sku, quantity)
    line.quantity = quantity
    return touch(line)


def remove_line(owner: str, sku: str) -> int:
    """Take a line out. Returns how many there were, for the undo. Raises NotInCart."""
    line = get_line(owner, sku)
    quantity = line.quantity
    remove(line)
    return quantity


def save_for_later(owner: str, sku: str, *, saved: bool) -> CartLine:
    """Move a line to the wishlist, or back into the cart. Raises NotInCart."""
    line = get_line(owner, sku)
    line.is_saved = saved
    return touch(line)


def accept_prices(owner: str) -> None:
    """The owner has been shown what each line costs now."""
    price = sa.select(Variant.price_minor).where(Variant.id == CartLine.variant_id).scalar_subquery()
    db.session.execute(sa.update(CartLine).where(CartLine.owner == owner).values(seen_price_minor=price))


def merge_carts(guest: str, owner: str) -> None:
    """At login the guest's cart becomes the owner's; of a SKU that is in both, the larger number stays."""
    lines = db.session.scalars(sa.select(CartLine).where(CartLine.owner == guest)).all()
    for line in lines:
        mine = db.session.get(CartLine, (owner, line.variant_id))
        if mine is None:
            line.owner = owner
            continue
        mine.quantity = (
            max(line.quantity, mine.quantity)
            if line.is_saved == mine.is_saved
            else (line.quantity if mine.is_saved else mine.quantity)
        )
        mine.is_saved = line.is_saved and mine.is_saved
        db.session.delete(line)
    if lines:
        outbox.announce(CART_CHANGED, owner)


def empty_cart(owner: str, bought: list[int]) -> None:
    """Take out what was bought; what was saved for later stays."""
    db.session.execute(
        sa.delete(CartLine).where(
            CartLine.owner == owner, CartLine.variant_id.in_(bought), CartLine.is_saved.is_(False)
        )
    )
    outbox.announce(CART_CHANGED, owner)


def prune() -> None:
    delete_in_chunks(CartLine, CartLine.changed_at < now_ms() - KEEP_MS)


def get_offered(sku: str) -> Variant:
    variant = db.session.scalar(sa.select(Variant).join(Product).where(Variant.sku == sku))
    if variant is None:
        raise UnknownSku(f"No product has the SKU {sku}", productId=sku)
    if variant.retired_at is not None or variant.product.status != "active":
        raise NotForSale(f"{variant.product.name} is not for sale any more", productId=sku)
    return variant


def check_quantity(owner: str, sku: str, quantity: int) -> None:
    """What the owner has in checkout already, or staff keep for them, is there for them and for nobody else."""
    most = current_app.config["SETTINGS"].INVENTORY_MAX_PER_ORDER
    if not 1 <= quantity <= most:
        raise Invalid(errors=[{"field": "quantity", "message": f"Between 1 and {most}"}])
    # In this order: what is let go of in between counts twice, rather than not at all.
    kept = checkout.kept_units(owner).get(sku, 0)
    available = max(inventory.get_stock(sku).available, 0) + kept
    if quantity > available:
        raise InsufficientStock(
            f"Only {available} left" if available else "Sold out", productId=sku, available=available
        )


def check_room(owner: str) -> None:
    lines = db.session.scalar(sa.select(sa.func.count()).select_from(CartLine).where(CartLine.owner == owner))
    if (lines or 0) >= MOST_LINES:
        raise Invalid(errors=[{"field": "sku", "message": f"A cart takes {MOST_LINES} different things"}])


def get_line(owner: str, sku: str) -> CartLine:
    """Locked, so that two tabs count one after the other."""
    variant_id = db.session.scalar(sa.select(Variant.id).where(Variant.sku == sku))
    line = lock_line(owner, variant_id) if variant_id else None
    if line is None:
        raise NotInCart()
    return line


def lock_line(owner: str, variant_id: int) -> CartLine | None:
    return db.session.get(CartLine, (owner, variant_id), with_for_update=True, populate_existing=True)


def remove(line: CartLine) -> None:
    db.session.delete(line)
    outbox.announce(CART_CHANGED, line.owner)


def touch(line: CartLine) -> CartLine:
    line.changed_at = now_ms()
    outbox.announce(CART_CHANGED, line.owner)
    return line
