"""Reading carts and orders."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import selectinload

from app.catalogue.models import Product, Variant
from app.catalogue.queries import name_item
from app.core.database import db
from app.inventory import queries as inventory
from app.inventory.stock import SkuStock, StockBadge
from app.orders.errors import UnknownOrder
from app.orders.models import CartLine, Order, OrderEvent, Payment

UNPLACED = ("checkout", "expired")


@dataclass(frozen=True)
class CartItem:
    """One line as its page shows it. `available` counts the `held` units, which the owner has in checkout; `is_gone` left
    the shop. `version` is the product's."""

    sku: str
    variant_id: int
    product_id: int
    version: int
    name: str
    options: str
    path: str
    picture: str
    quantity: int
    price_minor: int
    seen_price_minor: int
    available: int
    held: int
    badge: StockBadge
    is_gone: bool

    @property
    def total_minor(self) -> int:
        return self.price_minor * self.quantity

    @property
    def is_short(self) -> bool:
        return self.is_gone or self.quantity > self.available

    @property
    def is_held(self) -> bool:
        return self.held >= self.quantity

    @property
    def is_dearer(self) -> bool:
        return self.price_minor > self.seen_price_minor

    @property
    def is_cheaper(self) -> bool:
        return self.price_minor < self.seen_price_minor


@dataclass(frozen=True)
class Cart:
    items: list[CartItem]
    saved: list[CartItem]

    @property
    def count(self) -> int:
        return sum(item.quantity for item in self.items)

    @property
    def subtotal_minor(self) -> int:
        return sum(item.total_minor for item in self.items if not item.is_gone)

    @property
    def is_short(self) -> bool:
        return any(item.is_short for item in self.items)

    @property
    def has_new_prices(self) -> bool:
        return any(item.price_minor != item.seen_price_minor for item in self.items)


def read_cart(owner: str, held: dict[str, int] | None = None) -> Cart:
    """The cart with today's prices and stock; `held` are units by SKU that the owner holds already."""
    rows = db.session.execute(
        sa.select(CartLine, Variant, Product)
        .join(Variant, Variant.id == CartLine.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .where(CartLine.owner == owner)
        .options(selectinload(Product.pictures))
        .order_by(CartLine.added_at, Variant.sku)
    ).all()
    stocks = inventory.find_stock([variant.sku for _, variant, _ in rows])
    items = {
        line.variant_id: make_item(
            line, variant, product, stocks[variant.sku], (held or {}).get(variant.sku, 0)
        )
        for line, variant, product in rows
        if variant.sku in stocks
    }
    saved = {line.variant_id for line, _, _ in rows if line.is_saved}
    return Cart(
        [item for key, item in items.items() if key not in saved],
        [item for key, item in items.items() if key in saved],
    )


def make_item(line: CartLine, variant: Variant, product: Product, stock: SkuStock, held: int) -> CartItem:
    return CartItem(
        sku=variant.sku,
        variant_id=variant.id,
        product_id=product.id,
        version=product.version,
        name=product.name,
        options=variant.options,
        path=variant.path,
        picture=product.picture_in(variant.glaze),
        quantity=line.quantity,
        price_minor=variant.price_minor,
        seen_price_minor=line.seen_price_minor,
        available=max(stock.available, 0) + held,
        held=held,
        badge=stock.badge(),
        is_gone=variant.retired_at is not None or product.status != "active",
    )


def find_name(sku: str) -> str:
    """What the shop calls it, with its glaze and size; empty for an unknown SKU."""
    row = db.session.execute(
        sa.select(Product.name, Variant.glaze, Variant.size).join(Variant.product).where(Variant.sku == sku)
    ).one_or_none()
    return name_item(*row) if row else ""


def count_cart(owner: str) -> int:
    units = sa.select(sa.func.coalesce(sa.func.sum(CartLine.quantity), 0)).where(
        CartLine.owner == owner, CartLine.is_saved.is_(False)
    )
    return int(db.session.scalar(units) or 0)


def find_order(number: str) -> Order | None:
    return db.session.scalar(
        sa.select(Order).where(Order.number == number).options(selectinload(Order.lines))
    )


def get_order(number: str) -> Order:
    found = find_order(number)
    if found is None:
        raise UnknownOrder(f"No order has the number {number}")
    return found


def find_open(owner: str) -> Order | None:
    """The owner's order that is not paid yet."""
    return db.session.scalar(
        sa.select(Order)
        .where(Order.owner == owner, Order.status.in_(("checkout", "payment_pending")))
        .options(selectinload(Order.lines))
    )


def list_events(order_id: int) -> Sequence[OrderEvent]:
    """Newest first."""
    return db.session.scalars(
        sa.select(OrderEvent).where(OrderEvent.order_id == order_id).order_by(OrderEvent.sequence.desc())
    ).all()


def list_orders(owner: str, limit: int = 50) -> Sequence[Order]:
    """What the owner has bought, newest first."""
    return db.session.scalars(
        sa.select(Order)
        .where(Order.owner == owner, Order.placed_at.is_not(None))
        .options(selectinload(Order.lines))
        .order_by(Order.id.desc())
        .limit(limit)
    ).all()


def find_latest(owner: str) -> Order | None:
    """What the owner bought last."""
    return db.session.scalar(
        sa.select(Order)
        .where(Order.owner == owner, Order.placed_at.is_not(None))
        .order_by(Order.placed_at.desc())
        .limit(1)
    )


def search_orders(query: str, *, status: str, before: int | None, limit: int) -> Sequence[Order]:
    """For staff: by number, name or address, newest first; those that were only looked at are left out."""
    wanted = sa.select(Order).options(selectinload(Order.lines)).order_by(Order.id.desc()).limit(limit)
    if query:
        wanted = wanted.where(
            sa.or_(
                Order.number.icontains(query, autoescape=True), Order.email.icontains(query, autoescape=True)
            )
        )
    wanted = wanted.where(Order.status == status) if status else wanted.where(Order.status.not_in(UNPLACED))
    if before is not None:
        wanted = wanted.where(Order.id < before)
    return db.session.scalars(wanted).all()


def count_by_status() -> dict[str, int]:
    rows = db.session.execute(sa.select(Order.status, sa.func.count()).group_by(Order.status)).all()
    return {status: int(count) for status, count in rows if status not in UNPLACED}


def list_payments(order_id: int) -> Sequence[Payment]:
    return db.session.scalars(
        sa.select(Payment).where(Payment.order_id == order_id).order_by(Payment.id)
    ).all()


def link_of(order: Order) -> str:
    return f"{current_app.config['SETTINGS'].PUBLIC_URL}/orders/{order.number}?token={order.token}"
