"""Movements of other days: the ledger writes them as always, only the date is given."""

from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.core.database import db, transaction
from app.inventory import ledger
from app.inventory.adjustments import change_stock
from app.inventory.models import Reservation, StockDay, StockMovement
from tests.inventory.holding import BY_TEST

DAY_MS = 24 * 3600 * 1000


@contextmanager
def dated(moment):
    """Movements in this block bear this date, in ms."""
    usual = ledger.INSERT_MOVEMENT, ledger.write_at_once
    ledger.INSERT_MOVEMENT = sa.insert(StockMovement.__table__).values(created_at=moment)
    ledger.write_at_once = ledger.write_in_turn
    try:
        yield
    finally:
        ledger.INSERT_MOVEMENT, ledger.write_at_once = usual


def change(sku, operation, quantity, moment=None, **options):
    def act():
        with transaction():
            return change_stock(sku, operation, quantity, BY_TEST, **options)

    if moment is None:
        return act()
    with dated(moment):
        return act()


def close_at(held, moment):
    """As if the hold had ended then."""
    with transaction():
        row = sa.update(Reservation).where(Reservation.id == held.id)
        db.session.execute(row.values(created_at=moment, closed_at=moment))


def local_ms(text, zone):
    """Such as "2026-03-29 23:59:59.999" in Berlin."""
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def day_rows(*names):
    """`(day, *names)` of all levels, oldest first."""
    columns = [getattr(StockDay, name) for name in ("day", *names)]
    rows = db.session.execute(sa.select(*columns).order_by(StockDay.day, StockDay.stock_level_id))
    return [(row[0].isoformat(), *row[1:]) for row in rows]
