"""Conversations that wait for the store: units that come back, an order that moves on.

The clock looks whether what a room waits for has happened, so that changes of stock and orders cost nothing more.
"""

import sqlalchemy as sa

from app.chat import lines
from app.chat.desk import pauses, queueing
from app.chat.models import Room
from app.core.database import db, read_now
from app.core.errors import Invalid
from app.inventory import queries as inventory
from app.orders import queries as orders
from app.orders.models import Order, OrderEvent

RESTOCK, ORDER = "restock", "order"


def describe_event(event: str) -> str:
    """As shoppers are told. Raises Invalid for what cannot be waited for."""
    kind, _, key = event.partition(":")
    if kind == RESTOCK and (stock := inventory.find_stock([key]).get(key)):
        if stock.available > 0:
            raise Invalid(f"{key} is in stock now")
        return f"when {orders.find_name(key) or key} is back in stock"
    if kind == ORDER and orders.find_order(key):
        return f"when there is news of order {key}"
    raise Invalid("Name what to wait for: restock:SKU or order:NUMBER, as the shop knows it")


def list_due(limit: int) -> list[int]:
    """Rooms on hold whose event has happened."""
    held = db.session.scalars(
        sa.select(Room).where(Room.status == "on_hold").order_by(Room.id).limit(limit)
    ).all()
    return [room.id for room in held if find_news(room)]


def find_news(room: Room) -> str | None:
    """The line to be said when what the room waits for has happened."""
    kind, _, key = (room.hold_until_event or "").partition(":")
    if kind == RESTOCK:
        stock = inventory.find_stock([key]).get(key)
        return f"{orders.find_name(key) or key} is back in stock." if stock and stock.available > 0 else None
    status = db.session.scalar(
        sa.select(OrderEvent.status)
        .join(Order, Order.id == OrderEvent.order_id)
        .where(Order.number == key, OrderEvent.at > (pauses.begun_at(room) or 0))
        .order_by(OrderEvent.sequence.desc())
        .limit(1)
    )
    return f"Order {key} is now {status.replace('_', ' ')}." if status else None


def wake_room(room: Room) -> bool:
    """With the row of a room on hold taken: back into the queue, to the agent who knows it, if it has happened."""
    news = find_news(room)
    if news is None:
        return False
    queueing.enter_queue(room, read_now())
    lines.say(room, "system", f"news-{room.version}", news)
    return True
