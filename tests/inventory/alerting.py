"""Stock that moves, and what its alerts were."""

import sqlalchemy as sa

from app.catalogue.models import Category, Variant
from app.core import outbox
from app.core.database import db, transaction
from app.inventory.adjustments import change_stock
from app.inventory.ledger import Origin
from app.inventory.models import StockAlert, StockLevel
from app.security.access import Caller
from tests.factories import make_category

BY_TEST = Origin("test", "because")
MIRA = Caller("user:mira", "staff", ())
DAY_MS = 24 * 3600 * 1000


def change(sku, operation, quantity):
    with transaction():
        change_stock(sku, operation, quantity, BY_TEST)


def move_to(sku, figure):
    """Step by step, so that every crossing is made."""
    now = level_of(sku).on_hand
    if figure != now:
        change(sku, "add" if figure > now else "remove", abs(figure - now))


def level_of(sku):
    db.session.rollback()
    return db.session.execute(
        sa.select(StockLevel.id, StockLevel.on_hand)
        .join(Variant, Variant.id == StockLevel.variant_id)
        .where(Variant.sku == sku)
        .order_by(StockLevel.id)
    ).first()


def all_alerts(sku=None):
    """Oldest first."""
    db.session.rollback()
    found = sa.select(StockAlert).order_by(StockAlert.id)
    if sku:
        found = found.join(Variant, Variant.id == StockAlert.variant_id).where(Variant.sku == sku)
    return db.session.scalars(found).all()


def history(sku):
    """Every alert there was: its kind, and whether it is open."""
    return [(alert.kind, alert.resolved_at is None) for alert in all_alerts(sku)]


def open_kind(sku):
    return next((kind for kind, is_open in history(sku) if is_open), None)


def keep_from_looking(app):
    """As if every process died between its commit and its look: only the sweep is left."""
    outbox.register(app, "stock_changed", lambda event: None)


def age_alerts(ms):
    """As if all that was done about alerts had been done so long ago."""
    with transaction():
        columns = ("opened_at", "notified_at", "acknowledged_at", "reminded_at", "resolved_at")
        for name in columns:
            column = getattr(StockAlert, name)
            db.session.execute(sa.update(StockAlert).where(column.is_not(None)).values({name: column - ms}))


def give_category_threshold(threshold):
    category_id = make_category().id
    with transaction():
        db.session.execute(sa.update(Category).values(low_threshold=threshold))
    return category_id
