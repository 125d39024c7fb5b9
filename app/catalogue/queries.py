"""Reading the catalogue."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from app.catalogue.models import Category, Product, Variant
from app.core.database import db
from app.core.errors import NotFound

OFFERED = Variant.retired_at.is_(None)
IN_SHOP = sa.and_(
    Product.status == "active",
    sa.exists().where(Variant.product_id == Product.id, OFFERED).correlate(Product),
)


@dataclass(frozen=True)
class Item:
    """What open pages show of a product besides its stock. One that left the shop has only its id and version."""

    id: int
    version: int
    in_shop: bool
    name: str
    least: int
    most: int
    prices: list[tuple[str, int]]
    retired: list[str]


def name_item(name: str, glaze: str, size: str) -> str:
    """What the shop calls one variant in a line of text."""
    return ", ".join(part for part in (name, glaze, size) if part)


def list_categories() -> Sequence[Category]:
    return db.session.scalars(sa.select(Category).order_by(Category.position)).all()


def get_category(slug: str) -> Category:
    category = db.session.scalar(sa.select(Category).where(Category.slug == slug))
    if category is None:
        raise NotFound("There is no such category")
    return category


def get_product(slug: str) -> Product:
    product = db.session.scalar(
        sa.select(Product)
        .where(Product.slug == slug)
        .options(
            selectinload(Product.variants), selectinload(Product.pictures), selectinload(Product.category)
        )
    )
    if product is None:
        raise NotFound("There is no such product")
    return product


def list_products(ids: Collection[int]) -> list[Product]:
    """Those of them that are in the shop, with their variants and pictures, in the order of `ids`."""
    rows = db.session.scalars(
        sa.select(Product)
        .where(Product.id.in_(ids), IN_SHOP)
        .options(selectinload(Product.variants), selectinload(Product.pictures))
    )
    found = {product.id: product for product in rows}
    return [found[product_id] for product_id in ids if product_id in found]


def list_items(ids: Collection[int]) -> list[Item]:
    rows = db.session.scalars(
        sa.select(Product)
        .where(Product.id.in_(ids))
        .options(selectinload(Product.variants))
        .execution_options(populate_existing=True)
    )
    return [make_item(product) for product in rows]


def make_item(product: Product) -> Item:
    if not product.is_in_shop:
        return Item(product.id, product.version, False, "", 0, 0, [], [])
    prices = [(variant.sku, variant.price_minor) for variant in product.offered]
    amounts = [minor for _, minor in prices]
    retired = [variant.sku for variant in product.variants if variant.retired_at is not None]
    return Item(product.id, product.version, True, product.name, min(amounts), max(amounts), prices, retired)


def item_versions() -> dict[int, int]:
    """The version of every product, as the database has it."""
    return {row.id: row.version for row in db.session.execute(sa.select(Product.id, Product.version))}
