"""What is talked about: variants as the shop has them now."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from app.catalogue.models import Product, Variant
from app.core import assets
from app.core.database import db
from app.inventory import queries as inventory
from app.inventory.errors import UnknownSku
from app.inventory.stock import SkuStock, StockBadge

Having = Literal["in", "out", "gone"]


@dataclass(frozen=True)
class Good:
    """One variant. `version` is that of its product's name and prices; `is_offered` is false once it left the shop."""

    sku: str
    product_id: int
    version: int
    name: str
    options: str
    path: str
    picture: str
    price_minor: int
    available: int
    badge: StockBadge
    is_offered: bool

    @property
    def title(self) -> str:
        return ", ".join(part for part in (self.name, self.options) if part)

    def having(self, kept: int = 0) -> Having:
        """Whether somebody for whom `kept` units are kept can have it."""
        if not self.is_offered:
            return "gone"
        return "in" if self.available + kept > 0 else "out"


def get_good(sku: str) -> Good:
    """Raises UnknownSku."""
    found = find_goods([sku])
    if sku not in found:
        raise UnknownSku(f"No product has the SKU {sku}", productId=sku)
    return found[sku]


def find_goods(skus: Collection[str]) -> dict[str, Good]:
    """By SKU, in as many statements for many as for one."""
    if not skus:
        return {}
    stocks = inventory.find_stock(skus)
    rows = db.session.execute(
        sa.select(Variant, Product)
        .join(Product, Product.id == Variant.product_id)
        .where(Variant.sku.in_(skus))
        .options(selectinload(Product.pictures))
        .execution_options(populate_existing=True)
    )
    return {
        variant.sku: make_good(variant, product, stocks[variant.sku])
        for variant, product in rows
        if variant.sku in stocks
    }


def make_good(variant: Variant, product: Product, stock: SkuStock) -> Good:
    return Good(
        sku=variant.sku,
        product_id=product.id,
        version=product.version,
        name=product.name,
        options=variant.options,
        path=variant.path,
        picture=product.picture_in(variant.glaze) or assets.path("no-picture.svg"),
        price_minor=variant.price_minor,
        available=max(stock.available, 0),
        badge=stock.badge(),
        is_offered=product.status == "active" and variant.retired_at is None,
    )
