"""What a stock-take is to count: the SKUs at one location, chosen by search, category or a pasted list."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.catalogue.models import Category, Product, Variant
from app.core.database import db
from app.inventory.models import Location, StockLevel

MOST_ROWS = 100
BETWEEN = re.compile(r"[\s,;]+")


@dataclass(frozen=True)
class SheetRow:
    sku: str
    product: str
    options: str
    on_hand: int
    version: int


@dataclass(frozen=True)
class Sheet:
    """`total` counts what was found, of which `rows` are the first; `unknown` are pasted SKUs that are not here."""

    rows: list[SheetRow]
    total: int
    unknown: list[str]


def split_skus(text: str) -> list[str]:
    return list(dict.fromkeys(filter(None, BETWEEN.split(text))))


def read_sheet(location: str, *, query: str = "", category: str = "", skus: Sequence[str] = ()) -> Sheet:
    """In the order of SKUs, or in that of the pasted list, which is how somebody walks along the shelf."""
    wanted = [Location.code == location, Variant.retired_at.is_(None)]
    if query:
        names = (Variant.sku, Product.name)
        wanted.append(sa.or_(*(name.icontains(query, autoescape=True) for name in names)))
    if category:
        wanted.append(Category.slug == category)
    if skus:
        wanted.append(Variant.sku.in_(skus))
    columns = (Variant.sku, Product.name, Variant.glaze, Variant.size, StockLevel.on_hand, StockLevel.version)
    found = (
        sa.select(*columns)
        .join_from(StockLevel, Variant, Variant.id == StockLevel.variant_id)
        .join(Location, Location.id == StockLevel.location_id)
        .join(Product, Product.id == Variant.product_id)
        .join(Category, Category.id == Product.category_id)
        .where(*wanted)
        .order_by(Variant.sku)
    )
    total = db.session.scalar(sa.select(sa.func.count()).select_from(found.order_by(None).subquery())) or 0
    rows = [
        SheetRow(sku, product, ", ".join(filter(None, (glaze, size))), on_hand, version)
        for sku, product, glaze, size, on_hand, version in db.session.execute(found.limit(MOST_ROWS))
    ]
    place = {sku: at for at, sku in enumerate(skus)}
    rows.sort(key=lambda row: place.get(row.sku, 0))
    here = {row.sku for row in rows}
    return Sheet(rows, total, [sku for sku in skus if sku not in here] if total <= MOST_ROWS else [])


def list_categories() -> list[tuple[str, str]]:
    rows = db.session.execute(sa.select(Category.slug, Category.name).order_by(Category.position))
    return [(slug, name) for slug, name in rows]
