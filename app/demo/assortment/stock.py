"""A short way to write a glaze by size table of stock."""

from dataclasses import dataclass

from app.demo.assortment.product import DemoVariant
from app.demo.drawing.glazes import GLAZES


@dataclass(frozen=True)
class Back:
    """Sold out, and expected again in so many days."""

    days: int


Count = int | Back


def variants(
    prefix: str, prices: dict[str, int], *, threshold: int | None = None, **stock: tuple[Count, ...]
) -> tuple[DemoVariant, ...]:
    """`prices` maps size to cents; each keyword is a glaze with one count per size, in the same order."""
    return tuple(
        _variant(prefix, glaze, size, price, count, threshold)
        for glaze, counts in stock.items()
        for (size, price), count in zip(prices.items(), counts, strict=True)
    )


def _variant(
    prefix: str, glaze: str, size: str, price: int, count: Count, threshold: int | None
) -> DemoVariant:
    sku = "-".join(part for part in (prefix, size, GLAZES[glaze].code) if part)
    if isinstance(count, Back):
        return DemoVariant(sku, glaze, size, price, 0, threshold, count.days)
    return DemoVariant(sku, glaze, size, price, count, threshold)
