"""What happens to an order, said in its shopper's conversation: "where is my order" answers itself."""

from collections.abc import Sequence
from functools import partial

import sqlalchemy as sa

from app.chat import lines, queries
from app.chat.models import QuotedCard, Room
from app.core.database import db, run_transaction
from app.core.outbox import Announcement
from app.orders import queries as orders
from app.orders.models import Order, OrderEvent

WORDS = {
    "paid": "is paid; thank you",
    "processing": "is being packed",
    "shipped": "is on its way",
    "delivered": "has arrived",
    "cancelled": "is cancelled; what was paid goes back to you",
    "returned": "came back; your money is on its way to you",
}
PICKUP_WORDS = WORDS | {"shipped": "is ready to pick up", "delivered": "was picked up"}
PARTLY = "came back in part; the money for that is on its way to you"


def order_changed(event: Announcement) -> None:
    """Events of one order may come as one, so everything that the room has not heard yet is said."""
    order = orders.find_order(event.key)
    if order is None:
        return
    rooms = list_rooms(order)
    steps = list_steps(order, orders.list_events(order.id)) if rooms else []
    for room in rooms:
        if any(step.at >= room.opened_at for step, _ in steps):
            run_transaction(partial(tell_room, room, order, steps))


def list_rooms(order: Order) -> list[Room]:
    """The live conversation of whoever ordered, and the order's own."""
    found = (queries.find_live_room(order.owner), queries.find_order_room(order.owner, order.id))
    return [room for room in found if room and room.is_live]


def words_of(order: Order) -> dict[str, str]:
    return PICKUP_WORDS if order.delivery == "pickup" else WORDS


def list_steps(order: Order, events: Sequence[OrderEvent]) -> list[tuple[OrderEvent, str]]:
    """Oldest first, each with its words; `events` are newest first."""
    words, seen = words_of(order), set[str]()
    steps = []
    for event in reversed(events):
        if event.status in words:
            is_part = event.status in seen and event.status in ("shipped", "delivered")
            if is_part or event.status not in seen:
                steps.append((event, PARTLY if is_part else words[event.status]))
            seen.add(event.status)
    return steps


def tell_room(room: Room, order: Order, steps: Sequence[tuple[OrderEvent, str]]) -> None:
    """Each step once, by its number in the order's own history."""
    queries.lock_room(room)
    for step, words in steps:
        if step.at < room.opened_at or (step.status == "cancelled" and order.placed_at is None):
            continue
        text = f"Your order {order.number} {words}."
        key = f"order-{order.id}-{step.sequence}"
        lines.say(room, "order", key, text, number=order.number, status=step.status)
    if order.placed_at is not None:
        forget_bought(room, order)


def forget_bought(room: Room, order: Order) -> None:
    """What was bought needs no correction when it is sold out by that."""
    skus = [line.sku for line in order.lines]
    db.session.execute(
        sa.delete(QuotedCard)
        .where(QuotedCard.room_id == room.id, QuotedCard.sku.in_(skus))
        .execution_options(synchronize_session=False)
    )
