"""Reading stock: exact figures for those who work with it, badges for everybody."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import sqlalchemy as sa
import sqlalchemy.orm
from flask import current_app

from app.catalogue.models import Product, Variant
from app.core.database import db
from app.inventory.errors import UnknownSku
from app.inventory.models import Location, StockLevel, StockMovement

State = Literal["in", "low", "out", "back"]
HISTORY_LIMIT = 50


@dataclass(frozen=True)
class StockBadge:
    """What everybody may see of one variant. `left` is set only when there are few."""

    sku: str
    state: State
    left: int | None
    back_on: date | None
    version: int


@dataclass(frozen=True)
class ProductBadge:
    """The same over all variants of a product: sold out only when every variant is."""

    product_id: int
    state: State
    left: int | None
    back_on: date | None
    version: int


@dataclass(frozen=True)
class SkuStock:
    """The figures of one SKU over its levels. `available` is what may still be promised."""

    sku: str
    product_id: int
    on_hand: int
    reserved: int
    unavailable: int
    available: int
    threshold: int
    expected_on: date | None
    version: int
    updated_at: int

    @property
    def state(self) -> State:
        if self.available <= 0:
            return "back" if self.expected_on else "out"
        return "low" if self.available <= self.threshold else "in"

    def badge(self) -> StockBadge:
        left = self.available if self.state == "low" else None
        return StockBadge(
            self.sku, self.state, left, self.expected_on if self.state == "back" else None, self.version
        )


def select_stock() -> sa.Select[*tuple[Any, ...]]:
    level, total = StockLevel, sa.func.sum
    default = current_app.config["SETTINGS"].INVENTORY_LOW_STOCK_THRESHOLD
    available = level.on_hand + level.backorder_limit - level.reserved - level.unavailable
    return (
        sa.select(
            Variant.sku,
            Variant.product_id,
            total(level.on_hand).label("on_hand"),
            total(level.reserved).label("reserved"),
            total(level.unavailable).label("unavailable"),
            total(available).label("available"),
            sa.func.coalesce(sa.func.max(level.low_threshold), default).label("threshold"),
            sa.func.min(level.expected_on).label("expected_on"),
            total(level.version).label("version"),
            sa.func.max(level.updated_at).label("updated_at"),
        )
        .join(level, level.variant_id == Variant.id)
        .group_by(Variant.id)
    )


def read_stock(statement: sa.Select[*tuple[Any, ...]]) -> list[SkuStock]:
    return [make_stock(row) for row in db.session.execute(statement)]


def make_stock(row: Any) -> SkuStock:
    """PostgreSQL sums to NUMERIC, which is not what JSON and comparisons want."""
    return SkuStock(
        sku=row.sku,
        product_id=row.product_id,
        on_hand=int(row.on_hand),
        reserved=int(row.reserved),
        unavailable=int(row.unavailable),
        available=int(row.available),
        threshold=int(row.threshold),
        expected_on=row.expected_on,
        version=int(row.version),
        updated_at=int(row.updated_at),
    )


def find_stock(skus: Collection[str]) -> dict[str, SkuStock]:
    return {stock.sku: stock for stock in read_stock(select_stock().where(Variant.sku.in_(skus)))}


def get_stock(sku: str) -> SkuStock:
    found = find_stock([sku])
    if sku not in found:
        raise UnknownSku(f"No product has the SKU {sku}", productId=sku)
    return found[sku]


def list_stock(*, after: str = "", limit: int = 50) -> list[SkuStock]:
    return read_stock(select_stock().where(Variant.sku > after).order_by(Variant.sku).limit(limit))


@dataclass(frozen=True)
class StockRow:
    """One line of the staff's list: what it is, and how many there are."""

    product: str
    variant: str
    path: str
    stock: SkuStock


def search_stock(query: str = "", *, after: str = "", limit: int = 50) -> list[StockRow]:
    """By SKU or name, in the order of SKUs."""
    found = sa.or_(
        Variant.sku.icontains(query, autoescape=True), Product.name.icontains(query, autoescape=True)
    )
    variants = db.session.scalars(
        sa.select(Variant)
        .join(Variant.product)
        .where(found, Variant.sku > after)
        .options(sa.orm.contains_eager(Variant.product))
        .order_by(Variant.sku)
        .limit(limit)
    ).all()
    stock = find_stock([variant.sku for variant in variants])
    return [make_row(variant, stock[variant.sku]) for variant in variants if variant.sku in stock]


def get_row(sku: str) -> StockRow:
    stock = get_stock(sku)
    return make_row(db.session.scalars(sa.select(Variant).where(Variant.sku == sku)).one(), stock)


def make_row(variant: Variant, stock: SkuStock) -> StockRow:
    options = ", ".join(part for part in (variant.glaze, variant.size) if part)
    return StockRow(variant.product.name, options, variant.path, stock)


def find_product_badges(product_ids: Collection[int]) -> dict[int, ProductBadge]:
    groups: dict[int, list[SkuStock]] = {}
    for stock in read_stock(select_stock().where(Variant.product_id.in_(product_ids))):
        groups.setdefault(stock.product_id, []).append(stock)
    return {product_id: product_badge(product_id, stocks) for product_id, stocks in groups.items()}


def product_badge(product_id: int, stocks: Sequence[SkuStock]) -> ProductBadge:
    """Low only when every variant that is left is low: one plentiful glaze is reason enough to look."""
    version = sum(stock.version for stock in stocks)
    left = [stock for stock in stocks if stock.available > 0]
    if not left:
        dates = [stock.expected_on for stock in stocks if stock.expected_on]
        return ProductBadge(
            product_id, "back" if dates else "out", None, min(dates) if dates else None, version
        )
    if all(stock.state == "low" for stock in left):
        return ProductBadge(product_id, "low", sum(stock.available for stock in left), None, version)
    return ProductBadge(product_id, "in", None, None, version)


def get_level(sku: str, location: str | None = None) -> StockLevel:
    """The level of a SKU at a location, the first location by default. Raises UnknownSku."""
    statement = (
        sa.select(StockLevel)
        .join(Variant, Variant.id == StockLevel.variant_id)
        .join(Location, Location.id == StockLevel.location_id)
        .where(Variant.sku == sku)
        .order_by(Location.id)
    )
    if location is not None:
        statement = statement.where(Location.code == location)
    # What the session has read before may be older than the lock that this transaction holds.
    level = db.session.scalars(statement.limit(1).execution_options(populate_existing=True)).first()
    if level is None:
        at = f" at {location}" if location else ""
        raise UnknownSku(f"No product has the SKU {sku}{at}", productId=sku)
    return level


def list_movements(sku: str, limit: int = HISTORY_LIMIT) -> Sequence[StockMovement]:
    """Newest first."""
    level = get_level(sku)
    return db.session.scalars(
        sa.select(StockMovement)
        .where(StockMovement.stock_level_id == level.id)
        .order_by(StockMovement.version.desc())
        .limit(limit)
    ).all()


def all_versions() -> tuple[dict[str, int], dict[int, int]]:
    """The version of every SKU and of every product, as the database has them."""
    skus: dict[str, int] = {}
    products: dict[int, int] = {}
    for sku, product_id, version in db.session.execute(
        sa.select(Variant.sku, Variant.product_id, sa.func.sum(StockLevel.version))
        .join(StockLevel, StockLevel.variant_id == Variant.id)
        .group_by(Variant.id)
    ):
        skus[sku] = int(version)
        products[product_id] = products.get(product_id, 0) + int(version)
    return skus, products


def products_of(skus: Iterable[str]) -> list[int]:
    return list(
        db.session.scalars(sa.select(Variant.product_id).where(Variant.sku.in_(list(skus))).distinct())
    )
