"""The shelf beside a conversation: what the agent may be asked about, what is kept, and what was overtaken."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.catalogue import search
from app.catalogue.models import Product, Variant
from app.catalogue.queries import IN_SHOP, OFFERED
from app.chat.models import QuotedCard, Room
from app.chat.shelf import displays, goods, stale
from app.chat.shelf.displays import HoldDisplay
from app.chat.shelf.goods import Good
from app.chat.shelf.stale import Warned
from app.core.database import db
from app.orders.models import CartLine

MOST_PRODUCTS = 6
MOST_GOODS = 18
LONGEST_QUERY = 80


@dataclass(frozen=True)
class Shelf:
    """`goods` are what the query finds; without one, what the conversation is probably about."""

    query: str
    goods: list[Good]
    holds: list[HoldDisplay]
    warnings: list[Warned]


def read_shelf(room: Room, query: str = "") -> Shelf:
    query = query.replace("\0", "").strip()[:LONGEST_QUERY]
    skus = find_skus(query) if query else guess_skus(room)
    found = goods.find_goods(skus)
    return Shelf(
        query=query,
        goods=[found[sku] for sku in skus if sku in found],
        holds=displays.list_open_holds(room.id),
        warnings=stale.list_warnings(room),
    )


def find_skus(query: str) -> list[str]:
    """Every variant of the products that the shop's own search finds, best first."""
    return list_variants(search.find_products(query)[:MOST_PRODUCTS])


def guess_skus(room: Room) -> list[str]:
    """What was quoted here, what is in the cart, and the product of the page that the shopper wrote from."""
    quoted = db.session.scalars(
        sa.select(QuotedCard.sku)
        .where(QuotedCard.room_id == room.id)
        .group_by(QuotedCard.sku)
        .order_by(sa.func.max(QuotedCard.message_id).desc())
    ).all()
    in_cart = db.session.scalars(
        sa.select(Variant.sku)
        .join(CartLine, CartLine.variant_id == Variant.id)
        .where(CartLine.owner == (room.owner or ""))
        .order_by(CartLine.changed_at.desc())
    ).all()
    return first_of([*quoted, *in_cart, *list_variants(find_product_of(room.page))])


def find_product_of(page: str) -> Sequence[int]:
    folder, _, slug = page.partition("?")[0].strip("/").partition("/")
    if folder != "products" or not slug:
        return []
    return db.session.scalars(sa.select(Product.id).where(Product.slug == slug, IN_SHOP)).all()


def list_variants(products: Sequence[int]) -> list[str]:
    rows = db.session.execute(
        sa.select(Variant.product_id, Variant.sku)
        .where(Variant.product_id.in_(products), OFFERED)
        .order_by(Variant.position)
    ).all()
    return first_of(sku for product in products for of, sku in rows if of == product)


def first_of(skus: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(skus))[:MOST_GOODS]
