"""What a conversation may wait for: units that this shopper asked about, or news of an order."""

import sqlalchemy as sa

from app.chat.desk.store_events import ORDER, RESTOCK
from app.chat.models import Message, Room
from app.core.database import db
from app.inventory import queries as inventory
from app.orders import queries as orders
from app.orders.models import Order

MOST_ORDERS = 5
MOST_CARDS = 20


def list_choices(room: Room) -> list[tuple[str, str]]:
    """Only what is out of stock can be waited for."""
    stocks = inventory.find_stock(list_skus(room))
    gone = [sku for sku, stock in stocks.items() if stock.available <= 0]
    units = [(f"{RESTOCK}:{sku}", f"{orders.find_name(sku) or sku} is back in stock") for sku in gone]
    return [*units, *((f"{ORDER}:{number}", f"News of order {number}") for number in list_orders(room))]


def list_skus(room: Room) -> list[str]:
    """Shown in the conversation or in the cart, each once."""
    cards = db.session.scalars(
        sa.select(Message.payload)
        .where(Message.room_id == room.id, Message.kind == "card")
        .order_by(Message.seq.desc())
        .limit(MOST_CARDS)
    )
    cart = orders.read_cart(room.owner or "").items
    return list(
        dict.fromkeys([*(card["sku"] for card in cards if "sku" in card), *(item.sku for item in cart)])
    )


def list_orders(room: Room) -> list[str]:
    own = (
        db.session.scalar(sa.select(Order.number).where(Order.id == room.order_id)) if room.order_id else None
    )
    bought = [order.number for order in orders.list_orders(room.owner or "", MOST_ORDERS)]
    return list(dict.fromkeys([*([own] if own else []), *bought]))


def read_event(choice: str, sku: str) -> str:
    """A SKU that was typed comes before what was chosen."""
    return f"{RESTOCK}:{sku.strip()}" if sku.strip() else choice
