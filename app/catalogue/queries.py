"""Reading the catalogue."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from app.catalogue.models import Category, Product
from app.core.database import db
from app.core.errors import NotFound


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
    """Products with their variants and pictures, in the order of `ids`."""
    rows = db.session.scalars(
        sa.select(Product)
        .where(Product.id.in_(ids))
        .options(selectinload(Product.variants), selectinload(Product.pictures))
    )
    found = {product.id: product for product in rows}
    return [found[product_id] for product_id in ids if product_id in found]
