"""The names and prices in Redis, against those in SQL."""

from app.catalogue import queries
from app.realtime.republish import bring_up_to_date


def fill_redis() -> int:
    """Publish every product whose version in Redis is not the database's. Returns how many."""
    return bring_up_to_date(
        {f"item:{product_id}": version for product_id, version in queries.item_versions().items()}
    )
