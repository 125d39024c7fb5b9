"""What happens to an order, in its shopper's conversation."""

import pytest
import sqlalchemy as sa

from app.chat import queries, states
from app.chat.access import Actor
from app.chat.models import Message
from app.chat.shelf import order_lines
from app.core.database import db, run_transaction
from app.core.outbox import Announcement
from app.orders import fulfilment
from app.orders.models import Order
from tests.chat.talking import ADA, open_room
from tests.factories import make_product
from tests.orders import buying
from tests.orders.buying import act, buy, process


def lines(room):
    db.session.expire_all()
    said = db.session.scalars(
        sa.select(Message).where(Message.room_id == room.id, Message.kind == "order").order_by(Message.seq)
    ).all()
    return [message.payload["status"] for message in said]


@pytest.fixture
def room(any_app):
    make_product(sku="CUP", stock=5, threshold=0)
    return open_room()


def test_an_order_is_followed_from_paying_to_the_door(room):
    order = buy(buying.ADA, CUP=2)
    process(order)
    act(fulfilment.ship_order, order, "staff")
    act(fulfilment.deliver_order, order, "staff")

    assert lines(room) == ["paid", "processing", "shipped", "delivered"]
    (first, *_) = queries.list_messages(room.id, "p")
    assert (first.body, first.side) == (f"Your order {order.number} is paid; thank you.", "system")


def test_what_comes_back_is_said_in_part_and_in_whole(room):
    order = buy(buying.ADA, CUP=2)
    process(order)
    act(fulfilment.ship_order, order, "staff")

    act(fulfilment.return_line, order, "CUP", 1, restock=True, actor="staff")
    act(fulfilment.return_line, order, "CUP", 1, restock=True, actor="staff")

    assert lines(room) == ["paid", "processing", "shipped", "shipped", "returned"]
    bodies = [message.body for message in queries.list_messages(room.id, "p")]
    assert "came back in part" in bodies[3]


def test_a_cancelled_order_is_said(room):
    order = buy(buying.ADA, CUP=2)

    act(fulfilment.cancel_order, order, "staff")

    assert lines(room) == ["paid", "cancelled"]


def test_the_same_event_again_says_nothing(room):
    order = buy(buying.ADA, CUP=2)

    order_lines.order_changed(Announcement(1, "order_changed", order.number, 2))

    assert lines(room) == ["paid"]


def test_an_order_has_a_conversation_of_its_own_that_hears_it_too(room):
    order = buy(buying.ADA, CUP=1)
    own = open_room(ADA, kind="order", order_id=db.session.scalar(sa.select(Order.id)))

    process(order)

    assert lines(room) == ["paid", "processing"]
    assert lines(own) == ["processing"]


def test_nobody_else_hears_of_it(room):
    other = open_room(Actor("visitor:jun", "Guest", "guest"))

    buy(buying.ADA, CUP=1)

    assert lines(other) == []


def test_a_conversation_that_is_over_hears_nothing(room):
    run_transaction(lambda: states.move(queries.get_room(room.id), "resolved"))

    buy(buying.ADA, CUP=1)

    assert lines(room) == []


def test_what_happened_before_the_conversation_began_is_not_told(any_app):
    make_product(sku="CUP", stock=5, threshold=0)
    order = buy(buying.ADA, CUP=1)
    room = open_room()

    process(order)

    assert lines(room) == ["processing"]


def test_a_checkout_that_is_given_up_is_nobody_s_news(room):
    buying.put(buying.ADA, CUP=1)
    order = buying.fill_in(buying.ADA)

    act(fulfilment.cancel_order, order, "staff")

    assert lines(room) == []
