"""The badges in Redis, against the stock in SQL."""

from flask import current_app

from app.inventory import queries
from app.realtime.republish import bring_up_to_date


def fill_redis() -> int:
    """Publish every SKU and product whose version in Redis is not the database's. Returns how many."""
    if not current_app.config["SETTINGS"].INVENTORY_ENABLE_REALTIME:
        return 0
    skus, products = queries.all_versions()
    wanted = {f"stock:{sku}": version for sku, version in skus.items()}
    return bring_up_to_date(
        wanted | {f"product:{product_id}": version for product_id, version in products.items()}
    )
