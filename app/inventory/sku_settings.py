"""What staff set for a SKU besides its stock: when it counts as low, when more comes, how much may be sold before."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import current_app

from app.catalogue.models import Category, Product, Variant
from app.core.database import db
from app.core.errors import Invalid
from app.inventory import days, ledger, thresholds
from app.inventory.adjustments import LARGEST_QUANTITY
from app.inventory.ledger import Settings
from app.inventory.locations import list_levels
from app.security import audit
from app.security.access import Caller


@dataclass(frozen=True)
class Wanted:
    low_threshold: int | None
    expected_on: date | None
    backorder_limit: int


@dataclass(frozen=True)
class SkuSettings:
    """`usual_low` is what counts as low while `low_threshold` is None, and `usual_from` says whose figure that is."""

    low_threshold: int | None
    expected_on: date | None
    backorder_limit: int
    usual_low: int
    usual_from: str


def read_settings(sku: str) -> SkuSettings:
    """Over all locations, as the figures of the SKU are. Raises UnknownSku."""
    levels = list_levels(sku)
    category = db.session.execute(
        sa.select(Category.name, Category.low_threshold)
        .join_from(Variant, Product, Product.id == Variant.product_id)
        .join(Category, Category.id == Product.category_id)
        .where(Variant.sku == sku)
    ).one()
    shops = int(current_app.config["SETTINGS"].INVENTORY_LOW_STOCK_THRESHOLD)
    is_categorys = category.low_threshold is not None
    return SkuSettings(
        low_threshold=max(
            (low for level in levels if (low := level.low_threshold) is not None), default=None
        ),
        expected_on=min((day for level in levels if (day := level.expected_on)), default=None),
        backorder_limit=levels[0].backorder_limit,
        usual_low=category.low_threshold if is_categorys else shops,
        usual_from=f"the category {category.name}" if is_categorys else "the whole shop",
    )


def change_settings(sku: str, wanted: Wanted, caller: Caller) -> bool:
    """False when nothing differs. Call inside transaction().

    The threshold is the same at every location; the date and the backorder limit stand at the first one, where goods
    arrive. Raises UnknownSku, Invalid for a day that has passed, InsufficientStock for a limit that is too small.
    """
    now = read_settings(sku)
    before = Wanted(now.low_threshold, now.expected_on, now.backorder_limit)
    if wanted == before:
        return False
    if wanted.expected_on != before.expected_on and is_past(wanted.expected_on):
        raise Invalid(
            "Choose a day to come", errors=[{"field": "expected_on", "message": "Choose a day to come"}]
        )
    if not 0 <= wanted.backorder_limit <= LARGEST_QUANTITY:
        raise Invalid(f"A backorder limit is between 0 and {LARGEST_QUANTITY}")
    thresholds.set_threshold([sku], wanted.low_threshold, caller)
    if (wanted.expected_on, wanted.backorder_limit) != (before.expected_on, before.backorder_limit):
        change_arrivals(sku, wanted)
        audit.record(
            "stock_settings_changed",
            f"sku:{sku}",
            actor=caller.name,
            role=caller.role,
            before=plain(before),
            after=plain(wanted),
        )
    return True


def change_arrivals(sku: str, wanted: Wanted) -> None:
    first, *others = list_levels(sku)
    dates: dict[int, Settings] = {level.id: {"expected_on": None} for level in others if level.expected_on}
    changes: dict[int, Settings] = {
        first.id: {"expected_on": wanted.expected_on, "backorder_limit": wanted.backorder_limit}
    }
    for level_id, values in sorted((changes | dates).items()):
        ledger.change_settings(level_id, sku, **values)


def is_past(day: date | None) -> bool:
    return day is not None and day < days.today()


def plain(settings: Wanted) -> dict[str, Any]:
    return {
        "expected_on": settings.expected_on and settings.expected_on.isoformat(),
        "backorder_limit": settings.backorder_limit,
    }
