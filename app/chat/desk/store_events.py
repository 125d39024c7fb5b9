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
    if kind == RESTOCK and (stock := inventory.find_one(key)):
        if stock.available > 0:
            raise Invalid(f"{key} is in stock now")
        return f"when {orders.find_name(key) or key} is back in stock"
    if kind == ORDER and orders.find_order(key):
        return f"when there is news of order {key}"
    raise Invalid("Name what to wait for: restock:SKU or order:NUMBER, as the shop knows it")


def find_news(which: sa.ColumnElement[bool]) -> dict[int, str]:
    """By room, of those that meet the condition, the line to be said where what it waits for has happened."""
    return find_restocked(which) | find_moved(which)


def find_restocked(which: sa.ColumnElement[bool]) -> dict[int, str]:
    rows = db.session.execute(sa.select(Room.id, key_of(RESTOCK)).where(which, is_for(RESTOCK))).all()
    stock = inventory.find_stock({sku for _, sku in rows})
    back = {
        sku: f"{orders.find_name(sku) or sku} is back in stock."
        for sku, each in stock.items()
        if each.available > 0
    }
    return {room_id: back[sku] for room_id, sku in rows if sku in back}


def find_moved(which: sa.ColumnElement[bool]) -> dict[int, str]:
    begun = sa.func.coalesce(pauses.begun(Room.id).scalar_subquery(), 0)
    rows = db.session.execute(
        sa.select(Room.id, Order.number, OrderEvent.status)
        .join(Order, Order.number == key_of(ORDER))
        .join(OrderEvent, OrderEvent.order_id == Order.id)
        .where(which, is_for(ORDER), OrderEvent.at > begun)
        .order_by(OrderEvent.sequence)
    )
    # The newest of an order's steps comes last and stays.
    return {room_id: f"Order {number} is now {status.replace('_', ' ')}." for room_id, number, status in rows}


def is_for(kind: str) -> sa.ColumnElement[bool]:
    return Room.hold_until_event.startswith(f"{kind}:")


def key_of(kind: str) -> sa.ColumnElement[str]:
    return sa.func.substr(Room.hold_until_event, len(kind) + 2)


def wake_room(room: Room) -> bool:
    """With the row of a room on hold taken: back into the queue, to the agent who knows it, if it has happened."""
    news = find_news(Room.id == room.id).get(room.id)
    if news is None:
        return False
    queueing.enter_queue(room, read_now())
    lines.say(room, "system", f"news-{room.version}", news)
    return True
