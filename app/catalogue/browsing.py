"""What staff see of the catalogue: every product, in the shop or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from app.catalogue.models import Category, Picture, Product, Variant
from app.core import clock
from app.core.database import db
from app.core.errors import NotFound

PAGE = 50


@dataclass(frozen=True)
class ProductRow:
    """One line of the list. Prices are None while there is nothing to buy."""

    product: Product
    picture: Picture | None
    variants: int
    least: int | None
    most: int | None
    edited: datetime


@dataclass(frozen=True)
class CategoryRow:
    category: Category
    products: int


def search_products(query: str, status: str, category: str, page: int) -> tuple[list[ProductRow], int]:
    """A page of products and how many there are on all, in the shop's order. By name, address or SKU."""
    statement = sa.select(Product.id).join(Product.category)
    if query:
        of_sku = sa.select(Variant.product_id).where(Variant.sku.icontains(query, autoescape=True))
        statement = statement.where(
            sa.or_(
                Product.name.icontains(query, autoescape=True),
                Product.slug.icontains(query, autoescape=True),
                Product.id.in_(of_sku),
            )
        )
    if status:
        statement = statement.where(Product.status == status)
    if category:
        statement = statement.where(Category.slug == category)
    total = db.session.scalar(sa.select(sa.func.count()).select_from(statement.subquery())) or 0
    order = (
        sa.func.coalesce(Product.edited_at, Product.created_at).desc()
        if status == "draft"
        else Product.position
    )
    ids = db.session.scalars(
        statement.order_by(order, Product.id).limit(PAGE).offset((page - 1) * PAGE)
    ).all()
    return [make_row(product) for product in read_products(ids)], total


def read_products(ids: Sequence[int]) -> list[Product]:
    found = {
        product.id: product
        for product in db.session.scalars(
            sa.select(Product)
            .where(Product.id.in_(ids))
            .options(
                selectinload(Product.variants), selectinload(Product.pictures), selectinload(Product.category)
            )
        )
    }
    return [found[product_id] for product_id in ids if product_id in found]


def make_row(product: Product) -> ProductRow:
    prices = [variant.price_minor for variant in product.offered]
    return ProductRow(
        product,
        next(iter(product.ready_pictures), None),
        len(product.offered),
        min(prices, default=None),
        max(prices, default=None),
        clock.from_ms(product.edited_at or product.created_at),
    )


def get_product(product_id: int) -> Product:
    """Raises NotFound."""
    found = read_products([product_id])
    if not found:
        raise NotFound("There is no such product")
    return found[0]


def list_categories() -> list[CategoryRow]:
    rows = db.session.execute(
        sa.select(Category, sa.func.count(Product.id))
        .outerjoin(Product, Product.category_id == Category.id)
        .group_by(Category.id)
        .order_by(Category.position, Category.id)
    )
    return [CategoryRow(category, count) for category, count in rows]


def get_variant(variant_id: int) -> Variant:
    """Raises NotFound."""
    found = db.session.get(Variant, variant_id)
    if found is None:
        raise NotFound("There is no such variant")
    return found
