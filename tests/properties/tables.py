"""What the tables hold, in the shapes of the model, and the way back to an empty shop."""

from typing import Any

import sqlalchemy as sa

from app.core.database import db, transaction
from app.inventory.models import StockLevel

HISTORY = ("stock_movement", "reservation_line", "reservation", "outbox", "idempotency")


def figures(row: Any) -> tuple[int, int, int, int]:
    return row.on_hand, row.reserved, row.unavailable, row.version


def stored_shelves() -> dict[tuple[str, str], tuple[int, int, int, int]]:
    rows = db.session.execute(
        sa.text(
            "SELECT v.sku, p.code, l.on_hand, l.reserved, l.unavailable, l.version FROM stock_level l"
            " JOIN variant v ON v.id = l.variant_id JOIN location p ON p.id = l.location_id"
        )
    )
    return {(row.sku, row.code): figures(row) for row in rows}


def stored_holds() -> list[Any]:
    taken: dict[str, list[Any]] = {}
    for row in db.session.execute(
        sa.text(
            "SELECT r.reservation_id, v.sku, p.code, r.quantity FROM reservation_line r"
            " JOIN stock_level l ON l.id = r.stock_level_id"
            " JOIN variant v ON v.id = l.variant_id JOIN location p ON p.id = l.location_id"
        )
    ):
        taken.setdefault(row.reservation_id, []).append(((row.sku, row.code), row.quantity))
    rows = db.session.execute(sa.text("SELECT id, owner, status, order_id FROM reservation"))
    return sorted(
        (row.owner, row.status, row.order_id or "", tuple(sorted(taken.get(row.id, [])))) for row in rows
    )


def forget_everything() -> None:
    """An empty shop for the next example: a database of its own would cost more than the example."""
    with transaction():
        for table in HISTORY:
            db.session.execute(sa.text(f"DELETE FROM {table}"))
        db.session.execute(
            sa.update(StockLevel).values(on_hand=0, reserved=0, unavailable=0, version=0, updated_at=0)
        )
