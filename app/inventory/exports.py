"""Stock as CSV, a few hundred rows at a time, in the columns that an import reads."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from app.catalogue.models import Product, Variant
from app.core.csv_files import guard
from app.core.database import db
from app.inventory import grid
from app.inventory.grid import GridQuery
from app.inventory.models import Location, StockLevel

CHUNK = 500
COLUMNS = (
    "sku", "product", "variant", "location", "on_hand", "reserved", "unavailable", "available", "threshold",
    "expected_on", "version",
)  # fmt: skip
TEMPLATE = ("sku", "location", "on_hand", "change", "threshold", "reason", "version")


def write_rows(wanted: GridQuery) -> Iterator[str]:
    """What the staff's list shows, by SKU and location. `threshold` is the SKU's own: empty where it follows another."""
    yield line(COLUMNS)
    after = ""
    while skus := list_skus(after):
        after = skus[-1]
        yield "".join(line(cells(row)) for row in select_levels(keep_wanted(wanted, skus), wanted.location))


def write_template() -> str:
    """With the first SKU as it is, so that importing the template as it comes changes nothing."""
    found = db.session.execute(
        sa.select(Variant.sku, Location.code, StockLevel.on_hand)
        .join_from(StockLevel, Variant, Variant.id == StockLevel.variant_id)
        .join(Location, Location.id == StockLevel.location_id)
        .order_by(Variant.sku, Location.id)
        .limit(1)
    ).first()
    sku, location, on_hand = found or ("SKU-1", "", 0)
    return line(TEMPLATE) + line((guard(sku), guard(location), on_hand, "", "", "Counted", ""))


def list_skus(after: str) -> list[str]:
    skus = sa.select(Variant.sku).where(Variant.sku > after).order_by(Variant.sku).limit(CHUNK)
    return list(db.session.scalars(skus).all())


def keep_wanted(wanted: GridQuery, skus: list[str]) -> list[str]:
    found = grid.matching(wanted).where(Variant.sku.in_(skus)).subquery()
    kept = sa.select(found.c.sku).where(grid.state_is(found, wanted.state))
    return list(db.session.scalars(kept, grid.default_low()).all())


def select_levels(skus: list[str], location: str) -> list[Any]:
    available = StockLevel.on_hand + StockLevel.backorder_limit - StockLevel.reserved - StockLevel.unavailable
    rows = (
        sa.select(
            Variant.sku, Product.name, Variant.glaze, Variant.size, Location.code, StockLevel.on_hand,
            StockLevel.reserved, StockLevel.unavailable, available.label("available"), StockLevel.low_threshold,
            StockLevel.expected_on, (StockLevel.version + StockLevel.settings_version).label("version"),
        )
        .join_from(StockLevel, Variant, Variant.id == StockLevel.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .join(Location, Location.id == StockLevel.location_id)
        .where(Variant.sku.in_(skus))
        .order_by(Variant.sku, Location.id)
    )  # fmt: skip
    if location:
        rows = rows.where(Location.code == location)
    return list(db.session.execute(rows).all())


def cells(row: Any) -> tuple[Any, ...]:
    options = ", ".join(part for part in (row.glaze, row.size) if part)
    texts = (guard(text) for text in (row.sku, row.name, options, row.code))
    return (
        *texts, row.on_hand, row.reserved, row.unavailable, row.available, row.low_threshold, row.expected_on,
        row.version,
    )  # fmt: skip


def line(values: tuple[Any, ...]) -> str:
    """As RFC 4180 has it; nothing is written for None."""
    text = io.StringIO()
    csv.writer(text).writerow(values)
    return text.getvalue()
