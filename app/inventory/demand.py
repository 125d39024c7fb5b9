"""Demand that found nothing on the shelf. Written in batches: a refusal must not cost a write of its own."""

from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app

from app.catalogue.models import Variant
from app.core.batch import Batch
from app.core.database import db, now_ms, transaction
from app.inventory.models import RefusedDemand

SAME_WISH_MS = 600_000

refused = RefusedDemand.__table__


def init_app(app: Flask) -> None:
    app.extensions["refused_demand"] = Batch(app, write, "the report of lost sales misses them")


def note(owner: str, short: list[dict[str, Any]]) -> None:
    """Remember what an owner could not get; see `reservations.short_of` for the shape. Only the reports ask for it."""
    if not current_app.config["SETTINGS"].INVENTORY_ENABLE_ANALYTICS:
        return
    current_app.extensions["refused_demand"].add([{"owner": owner, **entry} for entry in short])


def write(entries: list[dict[str, Any]]) -> None:
    """One row for each owner and SKU in ten minutes: whoever tries again wants no more than before."""
    wishes = {(entry["owner"], entry["productId"]): entry for entry in entries}
    with transaction():
        for (owner, sku), entry in wishes.items():
            again = sa.exists().where(
                refused.c.at > now_ms() - SAME_WISH_MS,
                refused.c.owner == owner,
                refused.c.variant_id == Variant.id,
            )
            row = sa.select(
                Variant.id,
                sa.literal(entry["missing"]),
                sa.literal(entry["available"]),
                sa.literal(owner),
                now_ms(),
            ).where(Variant.sku == sku, ~again)
            names = ["variant_id", "quantity", "available", "owner", "at"]
            db.session.execute(sa.insert(refused).from_select(names, row))
