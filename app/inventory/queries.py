"""Reading stock: exact figures for those who work with it, badges for everybody.

The statements of the hot path are built once: building one takes SQLAlchemy longer than running it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
import sqlalchemy.orm
from flask import current_app

from app.catalogue.models import Category, Product, Variant
from app.core.database import db
from app.inventory import days
from app.inventory.errors import UnknownSku
from app.inventory.models import Location, StockLevel, StockMovement
from app.inventory.stock import ProductBadge, SkuStock, product_badge

HISTORY_LIMIT = 50

variant, level, location = (table.__table__ for table in (Variant, StockLevel, Location))
product, category = Product.__table__, Category.__table__
sibling = variant.alias()


def total(column: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    return sa.func.sum(column)


STOCK = (
    sa.select(
        variant.c.sku,
        variant.c.product_id,
        total(level.c.on_hand).label("on_hand"),
        total(level.c.reserved).label("reserved"),
        total(level.c.unavailable).label("unavailable"),
        total(level.c.on_hand + level.c.backorder_limit - level.c.reserved - level.c.unavailable).label(
            "available"
        ),
        sa.func.coalesce(
            sa.func.max(level.c.low_threshold),
            sa.func.max(category.c.low_threshold),
            sa.bindparam("low", type_=sa.Integer),
        ).label("threshold"),
        sa.func.min(level.c.expected_on).label("expected_on"),
        total(level.c.version + level.c.settings_version).label("version"),
        sa.func.max(level.c.updated_at).label("updated_at"),
        sa.func.max(variant.c.retired_at).label("retired_at"),
    )
    .join_from(variant, level, level.c.variant_id == variant.c.id)
    .join(product, product.c.id == variant.c.product_id)
    .join(category, category.c.id == product.c.category_id)
    .group_by(variant.c.id)
)
STOCK_OF_SKUS = STOCK.where(variant.c.sku.in_(sa.bindparam("skus", expanding=True)))
STOCK_OF_PRODUCTS = STOCK.where(variant.c.product_id.in_(sa.bindparam("products", expanding=True)))
STOCK_OF_SIBLINGS = STOCK.where(
    variant.c.product_id
    == sa.select(sibling.c.product_id).where(sibling.c.sku == sa.bindparam("sku")).scalar_subquery()
)
STOCK_PAGE = (
    STOCK.where(variant.c.sku > sa.bindparam("after")).order_by(variant.c.sku).limit(sa.bindparam("limit"))
)
LEVELS = (
    sa.select(level.c.id, level.c.on_hand, level.c.reserved, level.c.unavailable, level.c.version)
    .join_from(level, variant, variant.c.id == level.c.variant_id)
    .join(location, location.c.id == level.c.location_id)
    .where(variant.c.sku == sa.bindparam("sku"))
    .order_by(location.c.id)
    .limit(1)
)
LEVELS_AT = LEVELS.where(location.c.code == sa.bindparam("code"))


class Level(NamedTuple):
    """One stock level as it is in the database, not as a session may remember it."""

    id: int
    on_hand: int
    reserved: int
    unavailable: int
    version: int


def read_stock(statement: Any, **values: Any) -> list[SkuStock]:
    low = current_app.config["SETTINGS"].INVENTORY_LOW_STOCK_THRESHOLD
    return [make_stock(row) for row in db.session.execute(statement, {"low": low, **values})]


def make_stock(row: Any) -> SkuStock:
    """PostgreSQL sums to NUMERIC, which is not what JSON and comparisons want. A date that has passed promises nothing."""
    coming = row.expected_on is not None and row.expected_on >= days.today()
    return SkuStock(
        sku=row.sku,
        product_id=row.product_id,
        on_hand=int(row.on_hand),
        reserved=int(row.reserved),
        unavailable=int(row.unavailable),
        available=int(row.available),
        threshold=int(row.threshold),
        expected_on=row.expected_on if coming else None,
        version=int(row.version),
        updated_at=int(row.updated_at),
        retired=row.retired_at is not None,
    )


def find_stock(skus: Collection[str]) -> dict[str, SkuStock]:
    return {stock.sku: stock for stock in read_stock(STOCK_OF_SKUS, skus=list(skus))}


def find_one(sku: str) -> SkuStock | None:
    return find_stock([sku]).get(sku)


def get_stock(sku: str) -> SkuStock:
    found = find_one(sku)
    if found is None:
        raise UnknownSku(f"No product has the SKU {sku}", productId=sku)
    return found


def list_siblings(sku: str) -> list[SkuStock]:
    """All variants of the product that this SKU is of; none for an unknown SKU."""
    return read_stock(STOCK_OF_SIBLINGS, sku=sku)


def list_stock(*, after: str = "", limit: int = 50) -> list[SkuStock]:
    return read_stock(STOCK_PAGE, after=after, limit=limit)


@dataclass(frozen=True)
class StockRow:
    """One line of the staff's list: what it is, and how many there are."""

    product: str
    variant: str
    path: str
    stock: SkuStock


def get_row(sku: str) -> StockRow:
    stock = get_stock(sku)
    return make_row(db.session.scalars(sa.select(Variant).where(Variant.sku == sku)).one(), stock)


def make_row(variant: Variant, stock: SkuStock) -> StockRow:
    options = variant.options
    return StockRow(variant.product.name, options, variant.path, stock)


def find_product_badges(product_ids: Collection[int]) -> dict[int, ProductBadge]:
    groups: dict[int, list[SkuStock]] = {}
    for stock in read_stock(STOCK_OF_PRODUCTS, products=list(product_ids)):
        groups.setdefault(stock.product_id, []).append(stock)
    return {product_id: product_badge(product_id, stocks) for product_id, stocks in groups.items()}


def get_level(sku: str, code: str | None = None) -> Level:
    """The level of a SKU at the location with this code, the first location by default. Raises UnknownSku."""
    found = db.session.execute(LEVELS if code is None else LEVELS_AT, {"sku": sku, "code": code}).first()
    if found is None:
        at = f" at {code}" if code else ""
        raise UnknownSku(f"No product has the SKU {sku}{at}", productId=sku)
    return Level(*found)


def list_movements(sku: str, limit: int = HISTORY_LIMIT) -> list[StockMovement]:
    """At all locations, newest first. One short index scan for each level, whatever the ledger's size."""
    of_sku = (
        sa.select(StockLevel.id).join(Variant, Variant.id == StockLevel.variant_id).where(Variant.sku == sku)
    )
    newest = sa.select(StockMovement).order_by(StockMovement.version.desc()).limit(limit)
    found: list[StockMovement] = []
    for level_id in db.session.scalars(of_sku).all():
        found += db.session.scalars(newest.where(StockMovement.stock_level_id == level_id))
    return sorted(found, key=lambda movement: movement.id, reverse=True)[:limit]


def all_versions() -> tuple[dict[str, int], dict[int, int]]:
    """The version of every SKU and of every product, as the database has them."""
    skus: dict[str, int] = {}
    products: dict[int, int] = {}
    for sku, product_id, version in db.session.execute(
        sa.select(
            Variant.sku, Variant.product_id, sa.func.sum(StockLevel.version + StockLevel.settings_version)
        )
        .join(StockLevel, StockLevel.variant_id == Variant.id)
        .group_by(Variant.id)
    ):
        skus[sku] = int(version)
        products[product_id] = products.get(product_id, 0) + int(version)
    return skus, products
