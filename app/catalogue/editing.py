"""What every change of the catalogue does besides changing it: it locks, counts, tells, finds and records."""

from typing import Any

from app.catalogue import events
from app.catalogue.models import Product
from app.catalogue.search import index_product
from app.core import outbox
from app.core.database import db, read_now
from app.core.errors import NotFound
from app.security import audit
from app.security.access import Caller


def lock_product(product_id: int) -> Product:
    """The product as it is now, held until the transaction ends. Raises NotFound."""
    product = db.session.get(Product, product_id, with_for_update=True, populate_existing=True)
    if product is None:
        raise NotFound("There is no such product")
    db.session.refresh(product, ["variants", "pictures", "category"])
    return product


def finish(
    product: Product,
    action: str,
    by: Caller,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Count the edit, find the product by its new words, tell open pages, and write down who did it."""
    product.version += 1
    product.edited_at = read_now()
    db.session.flush()
    index_product(product)
    outbox.announce(events.ITEM_CHANGED, str(product.id), product.version)
    note(action, f"product:{product.id}", by, before, after)


def note(
    action: str,
    what: str,
    by: Caller,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    audit.record(action, what, actor=by.name, role=by.role, before=before, after=after)
