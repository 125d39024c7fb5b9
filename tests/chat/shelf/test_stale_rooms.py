"""Answers that the shelf has overtaken: which conversations are told, and which are not."""

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from app.chat import queries, states
from app.chat.messages import redact_message
from app.chat.models import Message, QuotedCard
from app.chat.shelf import holds as chat_holds
from app.chat.shelf import stale
from app.core.database import db, run_transaction
from tests.chat.shelf.overtaking import corrections, quote, set_stock, settle, warned, warnings
from tests.chat.talking import ADA, JUN, MIRA, open_room
from tests.factories import make_product
from tests.orders import buying
from tests.orders.buying import put


@pytest.fixture
def product(app):
    return make_product(sku="CUP", name="Cup", price=1990, stock=3, threshold=1)


@pytest.fixture
def room(product):
    return open_room()


def test_every_room_that_was_told_is_corrected(room):
    other = open_room(JUN)
    quote(room)
    quote(other)

    set_stock(0)
    settle()

    assert len(corrections(room)) == len(corrections(other)) == 1


def test_the_shopper_for_whom_the_last_ones_are_kept_is_told_nothing(room):
    other = open_room(JUN)
    quote(room)
    quote(other)

    chat_holds.hold_units(room, MIRA, "CUP", 3, 5, "hold-00001")
    settle()

    assert (corrections(room), warnings(room)) == ([], [])
    assert len(corrections(other)) == 1


def test_whoever_has_the_last_ones_in_checkout_is_told_nothing(room):
    quote(room)

    put(buying.ADA, CUP=3)
    buying.fill_in(buying.ADA)
    settle()

    assert corrections(room) == []


def test_whoever_bought_the_last_ones_is_told_nothing(room):
    quote(room)

    buying.buy(buying.ADA, CUP=3)
    settle()

    assert [body for body, _ in corrections_of_cards(room)] == []


def corrections_of_cards(room):
    db.session.expire_all()
    said = db.session.scalars(
        sa.select(Message).where(Message.room_id == room.id, Message.side == "system", Message.kind == "card")
    )
    return [(message.body, message.payload) for message in said]


def test_nobody_is_corrected_in_a_conversation_that_is_over(room):
    quote(room)
    run_transaction(lambda: states.move(queries.get_room(room.id), "resolved"))

    set_stock(0)
    settle()

    assert corrections(room) == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(QuotedCard)) == 0


def test_a_card_that_was_taken_back_warns_nobody(room):
    message = quote(room)
    set_stock(0)

    run_transaction(lambda: redact_message(room, message))

    assert warnings(room) == []


def test_a_change_of_stock_that_nobody_talks_about_costs_one_statement_more(app):
    make_product(sku="CUP")
    make_product(sku="VASE")
    quote(open_room(), sku="VASE")
    heard = []
    listener = lambda *args: heard.append(args[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listener)

    stale.notice("CUP")

    event.remove(db.engine, "before_cursor_execute", listener)
    (statement,) = [
        each for each in heard if each.startswith("SELECT")
    ]  # the outbox writes in the background
    plan, *_ = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", ("CUP",))
    assert "USING INDEX ix_chat_quoted_card_sku" in plan.detail


def test_a_shopper_s_own_card_is_guarded_too(room):
    quote(room, ADA)

    set_stock(0)
    settle()

    assert len(corrections(room)) == 1


def test_a_card_that_was_taken_back_is_not_corrected(any_app):
    make_product(sku="CUP", name="Cup", stock=3)
    room = open_room()
    message = quote(room)

    run_transaction(lambda: redact_message(room, message))
    set_stock(0)
    settle()

    assert (corrections(room), warned(room)) == ([], [])


def test_a_room_that_cannot_be_told_keeps_no_other_from_the_news(any_app, monkeypatch):
    make_product(sku="CUP", name="Cup", stock=3)
    rooms = [open_room(), open_room(JUN)]
    for room in rooms:
        quote(room)
    look_for = stale.look_for

    def fail(room, skus):
        if room.id == rooms[0].id:
            raise RuntimeError("broken")
        return look_for(room, skus)

    monkeypatch.setattr(stale, "look_for", fail)
    monkeypatch.setattr(stale, "NOTED", stale.NOTED.limit(1))
    monkeypatch.setattr(stale, "BATCH", 1)
    set_stock(0)
    settle()

    assert [len(corrections(room)) for room in rooms] == [0, 1]
