"""From how many units on a SKU counts as low: its own threshold, or that of its category, or the shop's."""

from collections.abc import Collection

import sqlalchemy as sa

from app.catalogue.models import Variant
from app.core.database import db
from app.core.errors import Invalid
from app.inventory.adjustments import LARGEST_QUANTITY
from app.inventory.errors import UnknownSku
from app.inventory.ledger import change_settings
from app.inventory.models import StockLevel
from app.security import audit
from app.security.access import Caller

MOST_SKUS = 200


def set_threshold(skus: Collection[str], threshold: int | None, caller: Caller) -> None:
    """Give these SKUs a threshold, or with None let them follow their category; 0 means never low.

    Call inside run_transaction(); badges and alerts follow the commit at once. Raises Invalid or UnknownSku.
    """
    if not 1 <= len(set(skus)) <= MOST_SKUS:
        raise Invalid(f"Choose between 1 and {MOST_SKUS} SKUs")
    if threshold is not None and not 0 <= threshold <= LARGEST_QUANTITY:
        raise Invalid(errors=[{"field": "threshold", "message": f"Between 0 and {LARGEST_QUANTITY}"}])
    levels = db.session.execute(
        sa.select(StockLevel.id, Variant.sku, StockLevel.low_threshold)
        .join(Variant, Variant.id == StockLevel.variant_id)
        .where(Variant.sku.in_(skus))
        .order_by(StockLevel.id)
    ).all()
    if unknown := sorted(set(skus) - {row.sku for row in levels}):
        raise UnknownSku(f"No product has the SKU {unknown[0]}", productId=unknown[0])
    for row in levels:
        if row.low_threshold != threshold:
            change_settings(row.id, row.sku, low_threshold=threshold)
    for sku, before in {row.sku: row.low_threshold for row in levels}.items():
        if before != threshold:
            audit.record(
                "threshold_set",
                f"sku:{sku}",
                actor=caller.name,
                role=caller.role,
                before={"threshold": before},
                after={"threshold": threshold},
            )
