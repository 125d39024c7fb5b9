"""The figures that rows are compared with."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from app.catalogue.models import Variant
from app.core.database import db
from app.inventory.models import Location, StockLevel

BATCH = 500


@dataclass(frozen=True)
class Figure:
    """A level as it is now. `version` counts its movements and the changes of its settings, as an export does."""

    level_id: int
    sku: str
    location: str
    on_hand: int
    least: int
    threshold: int | None
    version: int


def read_figures(skus: Iterable[str]) -> dict[tuple[str, str], Figure]:
    wanted = sorted(skus)
    found: dict[tuple[str, str], Figure] = {}
    for start in range(0, len(wanted), BATCH):
        for figure in select_figures(Variant.sku.in_(wanted[start : start + BATCH])):
            found[figure.sku, figure.location] = figure
        time.sleep(0)  # lets other requests of this worker in
    return found


def select_figures(condition: sa.ColumnElement[bool], *, lock: bool = False) -> list[Figure]:
    """By ascending level, so that two who lock them do not wait for each other."""
    least = StockLevel.reserved + StockLevel.unavailable - StockLevel.backorder_limit
    version = StockLevel.version + StockLevel.settings_version
    columns = (
        StockLevel.id,
        Variant.sku,
        Location.code,
        StockLevel.on_hand,
        least,
        StockLevel.low_threshold,
        version,
    )
    statement = (
        sa.select(*columns)
        .join_from(StockLevel, Variant, Variant.id == StockLevel.variant_id)
        .join(Location, Location.id == StockLevel.location_id)
        .where(condition)
        .order_by(StockLevel.id)
    )
    if lock:
        statement = statement.with_for_update(of=StockLevel)
    return [Figure(*row) for row in db.session.execute(statement)]
