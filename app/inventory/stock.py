"""The figures of a SKU, and what everybody may see of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

State = Literal["in", "low", "out", "back"]


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
    retired: bool = False

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


def product_badge(product_id: int, stocks: Sequence[SkuStock]) -> ProductBadge:
    """Low only when every variant that is left is low: one plentiful glaze is reason enough to look."""
    version = sum(stock.version for stock in stocks)
    offered = [stock for stock in stocks if not stock.retired]
    left = [stock for stock in offered if stock.available > 0]
    if not left:
        dates = [stock.expected_on for stock in offered if stock.expected_on]
        return ProductBadge(
            product_id, "back" if dates else "out", None, min(dates) if dates else None, version
        )
    if all(stock.state == "low" for stock in left):
        return ProductBadge(product_id, "low", sum(stock.available for stock in left), None, version)
    return ProductBadge(product_id, "in", None, None, version)
