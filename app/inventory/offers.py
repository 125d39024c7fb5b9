"""What follows in the stock when the catalogue adds a variant, offers it or not, or changes when it counts as low."""

from typing import Any

import sqlalchemy as sa

from app.catalogue.models import Product, Variant
from app.core import jobs
from app.core.database import db, transaction
from app.core.outbox import Announcement
from app.inventory.ledger import change_settings
from app.inventory.locations import ensure_level
from app.inventory.models import Location, StockLevel

CHUNK = 25
FIRST_LOCATION = ("shop", "Shop")


def open_level(_: Any, *, variant_id: int) -> None:
    """A new variant stands at the first location, with nothing on it. Heard inside the catalogue's transaction."""
    sku = db.session.scalars(sa.select(Variant.sku).where(Variant.id == variant_id)).one()
    code = db.session.scalar(sa.select(Location.code).order_by(Location.id).limit(1))
    if code is None:
        code, name = FIRST_LOCATION
        db.session.add(Location(code=code, name=name))
        db.session.flush()
    ensure_level(sku, code)


def offer_changed(_: Any, *, variant_id: int) -> None:
    """Its product's badge counts it no more, or again, or at another number. Heard as `open_level` is."""
    move_badges([variant_id])


def category_changed(event: Announcement) -> None:
    """A shelf may hold thousands of SKUs, so a job moves their badges."""
    with transaction():
        jobs.run_later(follow_category, int(event.key), queue="bulk")


def follow_category(category_id: int) -> None:
    """A job: badges and alerts of what follows the threshold of this category, in chunks."""
    followers = (
        sa.select(Variant.id)
        .join(Product, Product.id == Variant.product_id)
        .join(StockLevel, StockLevel.variant_id == Variant.id)
        .where(Product.category_id == category_id)
        .group_by(Variant.id)
        .having(sa.func.max(StockLevel.low_threshold).is_(None))
        .order_by(Variant.id)
    )
    variants = list(db.session.scalars(followers))
    for start in range(0, len(variants), CHUNK):
        with transaction():
            move_badges(variants[start : start + CHUNK])


def move_badges(variant_ids: list[int]) -> None:
    """Give badges a newer version, which publishes them and has their alerts looked at. Call inside transaction()."""
    levels = (
        sa.select(StockLevel.id, Variant.sku)
        .join(Variant, Variant.id == StockLevel.variant_id)
        .where(StockLevel.variant_id.in_(variant_ids))
        .order_by(StockLevel.id)
    )
    for level_id, sku in db.session.execute(levels).all():
        change_settings(level_id, sku)
