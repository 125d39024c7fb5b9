"""What a shelf can be narrowed down by, and what each choice would leave."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

import sqlalchemy as sa

from app.catalogue.models import Product, Variant
from app.catalogue.queries import OFFERED
from app.core.database import db
from app.core.fragments import money
from app.inventory.models import StockLevel

PRICE_BANDS = ((0, 3000), (3000, 6000), (6000, 12000), (12000, None))


@dataclass(frozen=True)
class Row:
    """What filters and sorting need to know of one product. Prices in minor units."""

    id: int
    name: str
    position: int
    created_at: int
    least: int
    most: int
    glazes: dict[str, str]
    in_stock: bool


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    selected: bool
    count: int | None = None
    hex: str | None = None

    @property
    def slug(self) -> str:
        """For the id of its element, which takes no spaces."""
        return "-".join(re.findall(r"\w+", self.value.lower()))


@dataclass(frozen=True)
class FilterGroup:
    name: str
    label: str
    options: list[Option]


@dataclass(frozen=True)
class Choice:
    """One thing that can be ticked: it keeps the rows that `keeps` says."""

    value: str
    label: str
    keeps: Callable[[Row], bool]
    hex: str | None = None


def read_rows(category_id: int | None, found: list[int] | None) -> list[Row]:
    available = StockLevel.on_hand + StockLevel.backorder_limit - StockLevel.reserved - StockLevel.unavailable
    statement = (
        sa.select(
            Product.id,
            Product.name,
            Product.position,
            Product.created_at,
            Variant.price_minor,
            Variant.glaze,
            Variant.glaze_hex,
            sa.func.sum(available),
        )
        .join(Variant, Variant.product_id == Product.id)
        .join(StockLevel, StockLevel.variant_id == Variant.id)
        .where(Product.status == "active", OFFERED)
        .group_by(Product.id, Variant.id)
        .order_by(Product.position, Variant.position)
    )
    statement = (
        statement.where(Product.category_id == category_id)
        if found is None
        else statement.where(Product.id.in_(found))
    )
    rows: dict[int, Row] = {}
    for product_id, name, position, created_at, price, glaze, glaze_hex, left in db.session.execute(
        statement
    ):
        row = rows.get(product_id) or Row(product_id, name, position, created_at, price, price, {}, False)
        rows[product_id] = Row(
            product_id,
            name,
            position,
            created_at,
            min(row.least, price),
            max(row.most, price),
            row.glazes | {glaze: glaze_hex},
            row.in_stock or left > 0,
        )
    return list(rows.values()) if found is None else [rows[key] for key in found if key in rows]


def choices(rows: Collection[Row]) -> dict[str, list[Choice]]:
    glazes = sorted({pair for row in rows for pair in row.glazes.items()})
    return {
        "stock": [Choice("now", "In stock now", lambda row: row.in_stock)],
        "glaze": [glaze_choice(glaze, colour) for glaze, colour in glazes],
        "price": [price_choice(low, high) for low, high in PRICE_BANDS],
    }


def glaze_choice(glaze: str, colour: str) -> Choice:
    return Choice(glaze, glaze, lambda row: glaze in row.glazes, colour)


def price_choice(low: int, high: int | None) -> Choice:
    """A product is in a band when any of its prices may be: from 48 to 64 it is in both 30-60 and 60-120."""
    value = f"{low // 100}-{high // 100 if high else ''}"
    return Choice(
        value, band_label(low, high), lambda row: row.most >= low and (high is None or row.least < high)
    )


def band_label(low: int, high: int | None) -> str:
    if low == 0:
        return f"Under {money(high or 0)}"
    return f"{money(low)} to {money(high)}" if high else f"From {money(low)}"


def keeps(row: Row, options: list[Choice]) -> bool:
    return not options or any(choice.keeps(row) for choice in options)


def filter_groups(
    groups: dict[str, list[Choice]], chosen: dict[str, list[Choice]], rows: list[Row]
) -> list[FilterGroup]:
    """Each count says what would be there with this choice and the choices of the other groups."""
    labels = {"stock": "Availability", "glaze": "Glaze", "price": "Price"}
    result = []
    for name, group in groups.items():
        others = [options for other, options in chosen.items() if other != name]
        base = [row for row in rows if all(keeps(row, options) for options in others)]
        options = [
            Option(
                choice.value, choice.label, choice in chosen[name], sum(map(choice.keeps, base)), choice.hex
            )
            for choice in group
        ]
        result.append(
            FilterGroup(name, labels[name], [option for option in options if option.count or option.selected])
        )
    return [group for group in result if group.options]
