"""What a SKU's sums mean: each figure of the reports by its formula, which the page shows in words."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

DAY_MS = 24 * 3600 * 1000
COVER_DAYS = 28
# Of the revenue: the SKUs that bring the first 80% are A, those of the next 15% B.
A_PERCENT, B_PERCENT = 80, 95


@dataclass(frozen=True)
class SkuReport:
    """One SKU in the period. `known_ms` is how long it has figures for; a figure that would mean nothing is None."""

    sku: str
    product: str
    variant: str
    retired: bool
    price_minor: int
    on_hand: int
    available: int
    sold: int
    supply: int
    shrinkage: int
    refused: int
    out_ms: int
    known_ms: int
    holds: int
    holds_sold: int
    is_dead: bool
    abc: str

    @property
    def name(self) -> str:
        return f"{self.product}, {self.variant}" if self.variant else self.product

    @property
    def revenue_minor(self) -> int:
        return self.sold * self.price_minor

    @property
    def sell_through(self) -> float | None:
        return self.sold / self.supply if self.supply > 0 else None

    @property
    def rate(self) -> float | None:
        """Less than a day in stock is no base for a rate: it counts as one."""
        in_stock_ms = self.known_ms - self.out_ms
        return self.sold / max(in_stock_ms / DAY_MS, 1) if in_stock_ms > 0 else None

    @property
    def cover_days(self) -> float | None:
        return max(self.available, 0) / self.rate if self.rate else None

    @property
    def out_share(self) -> float | None:
        return self.out_ms / self.known_ms if self.known_ms else None

    @property
    def lost(self) -> float | None:
        return self.out_ms / DAY_MS * self.rate if self.rate is not None else None

    @property
    def conversion(self) -> float | None:
        return self.holds_sold / self.holds if self.holds else None

    @property
    def order(self) -> int:
        if not self.rate or self.retired:
            return 0
        return max(math.ceil(round(self.rate * COVER_DAYS - self.available, 6)), 0)


@dataclass(frozen=True)
class Totals:
    sold: int
    revenue_minor: int
    sell_through: float | None
    median_cover: float | None
    out_ms: int
    out_share: float | None
    lost: float
    refused: int
    shrinkage: int
    conversion: float | None


def rank(revenue: Mapping[int, int]) -> dict[int, str]:
    """ABC by revenue: the class is decided by what those before it bring, so that the best one is always an A."""
    total, before = sum(revenue.values()), 0
    classes = {}
    for key, minor in sorted(revenue.items(), key=lambda each: (-each[1], each[0])):
        if minor:
            share = before * 100
            classes[key] = "A" if share < total * A_PERCENT else "B" if share < total * B_PERCENT else "C"
        before += minor
    return classes


def add_up(skus: Sequence[SkuReport]) -> Totals:
    sold, supply, out_ms, known_ms, holds = (
        sum(getattr(each, name) for each in skus)
        for name in ("sold", "supply", "out_ms", "known_ms", "holds")
    )
    covers = [each.cover_days for each in skus if each.cover_days is not None]
    return Totals(
        sold=sold,
        revenue_minor=sum(each.revenue_minor for each in skus),
        sell_through=sold / supply if supply > 0 else None,
        median_cover=median(covers) if covers else None,
        out_ms=out_ms,
        out_share=out_ms / known_ms if known_ms else None,
        lost=sum(each.lost or 0 for each in skus),
        refused=sum(each.refused for each in skus),
        shrinkage=sum(each.shrinkage for each in skus),
        conversion=sum(each.holds_sold for each in skus) / holds if holds else None,
    )
