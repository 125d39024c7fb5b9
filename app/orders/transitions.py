"""How an order moves on: one conditional update, so that whatever is sent twice happens once."""

from typing import Any

import sqlalchemy as sa

from app.core import outbox
from app.core.database import db, now_ms
from app.orders.errors import NotPossibleNow
from app.orders.models import Order, OrderEvent

ORDER_CHANGED = "order_changed"

order, event = Order.__table__, OrderEvent.__table__

# Where an order may come from, by where it goes to. A late payment revives what has expired.
SOURCES: dict[str, tuple[str, ...]] = {
    "checkout": ("payment_pending",),
    "payment_pending": ("checkout",),
    "paid": ("payment_pending", "checkout", "expired", "stock_review"),
    "stock_review": ("payment_pending", "checkout", "expired", "paid"),
    "processing": ("paid",),
    "shipped": ("processing",),
    "delivered": ("shipped",),
    "returned": ("shipped", "delivered"),
    "cancelled": ("checkout", "payment_pending", "paid", "stock_review", "processing"),
    "expired": ("checkout", "payment_pending"),
}


def lock(order_id: int) -> Order:
    """The order as it is now, and stays until the transaction ends: what is decided by its state is decided after this."""
    return db.session.get_one(Order, order_id, with_for_update=True, populate_existing=True)


def advance(
    order_id: int,
    to: str,
    actor: str,
    note: str = "",
    *,
    sources: tuple[str, ...] | None = None,
    **values: Any,
) -> bool:
    """Move the order on and tell it, inside the running transaction. False when it is not in one of `sources`.

    Of two callers at once one gets True: PostgreSQL re-checks the status on the row it waited for, SQLite has one writer.
    """
    moved = db.session.execute(
        sa.update(order)
        .where(order.c.id == order_id, order.c.status.in_(SOURCES[to] if sources is None else sources))
        .values(status=to, version=order.c.version + 1, **values)
        .returning(order.c.number, order.c.version)
    ).one_or_none()
    if moved is None:
        return False
    record(order_id, to, actor, note)
    outbox.announce(ORDER_CHANGED, moved.number, moved.version)
    return True


def require(order_id: int, to: str, actor: str, note: str = "", **values: Any) -> None:
    """As `advance`. Raises NotPossibleNow with the status that the order has."""
    if not advance(order_id, to, actor, note, **values):
        status = db.session.scalar(sa.select(order.c.status).where(order.c.id == order_id))
        raise NotPossibleNow(f"The order is {status} and cannot become {to}", state=status)


def record(order_id: int, status: str, actor: str, note: str) -> None:
    """The order's row is locked by now, so the sequence has no gaps and no doubles."""
    last = sa.select(sa.func.coalesce(sa.func.max(event.c.sequence), 0)).where(event.c.order_id == order_id)
    db.session.execute(
        sa.insert(event).values(
            order_id=order_id,
            sequence=last.scalar_subquery() + 1,
            status=status,
            actor=actor,
            note=note[:300],
            at=now_ms(),
        )
    )
