"""Resolving, ending, declining, cancelling, and waiting for the store."""

import pytest

from app.chat.desk import assignment, endings
from app.chat.errors import RoomChanged
from app.core.database import transaction
from app.core.errors import Forbidden, Invalid
from app.inventory.adjustments import change_stock
from app.inventory.ledger import Origin
from tests.chat.desk import (
    act,
    add_agent,
    age,
    ask,
    check_counters,
    lines_of,
    pass_time,
    slots_of,
    speak,
    turns_of,
    wait_in_line,
)
from tests.chat.talking import ADA, INES, JONAS, MIRA
from tests.factories import make_product
from tests.orders.buying import ADA as PARTY
from tests.orders.buying import buy, process


def test_resolving_frees_the_slot_and_says_so_once(any_app):
    add_agent(MIRA)
    room = ask(ADA)

    act(endings.resolve_room, room, MIRA)
    act(endings.resolve_room, room, MIRA)

    assert (room.status, room.close_reason, room.resolved_at is not None) == ("resolved", "resolved", True)
    assert turns_of(room) == [(MIRA.subject, "auto", "resolved")]
    assert lines_of(room) == ["Mira is here.", "This conversation has ended."]
    assert slots_of(MIRA) == 0
    check_counters()


def test_the_next_in_line_gets_the_slot_at_once(any_app):
    add_agent(MIRA, capacity=1)
    first, second = ask(), ask()
    assert second.status == "queued"

    act(endings.resolve_room, first, MIRA)

    assert (act(lambda room: None, second).assignee, slots_of(MIRA)) == (MIRA.subject, 1)


def test_a_shopper_ends_the_chat_or_leaves_the_queue(any_app):
    add_agent(MIRA, capacity=1)
    talking, queued = ask(ADA), ask()

    act(endings.end_chat, queued, ADA)
    act(endings.end_chat, talking, ADA)
    act(endings.end_chat, talking, ADA)

    assert (talking.status, talking.close_reason) == ("resolved", "shopper")
    assert (queued.status, queued.close_reason) == ("abandoned", "cancelled")


def test_only_the_assignee_declines_and_only_before_the_first_answer(any_app):
    add_agent(MIRA)
    room = ask(ADA)
    add_agent(JONAS, status="away")
    place = room.queued_at

    with pytest.raises(Forbidden):
        act(endings.decline_room, room, JONAS)
    act(endings.decline_room, room, MIRA)
    assert (room.status, room.queued_at, room.excluded) == ("queued", place, [MIRA.subject])
    assert turns_of(room) == [(MIRA.subject, "auto", "declined")]

    answered = speak(ask(), MIRA)
    with pytest.raises(RoomChanged):
        act(endings.decline_room, answered, MIRA)
    check_counters()


def test_a_room_waits_for_units_and_comes_back_to_its_agent_with_them(any_app):
    make_product(sku="CUP", name="Cup", stock=0)
    add_agent(MIRA)
    room = speak(ask(ADA), MIRA)

    act(endings.hold_room, room, MIRA, "restock:CUP")
    assert (room.status, room.slot_until, slots_of(MIRA)) == ("on_hold", 0, 0)
    assert lines_of(room)[-1] == "We will come back to you when Cup, Chalk is back in stock."
    assert turns_of(room) == [(MIRA.subject, "auto", "on_hold")]
    age(room, 60_000)
    assert pass_time(room).status == "on_hold"

    with transaction():
        change_stock("CUP", "add", 3, Origin("test", "Delivery"))
    pass_time(room)

    assert (room.status, room.assignee, room.hold_until_event) == ("assigned", MIRA.subject, None)
    assert "Cup, Chalk is back in stock." in lines_of(room)
    assert 60_000 <= room.on_hold_ms < 120_000
    assert [reason for _, reason, _ in turns_of(room)] == ["auto", "sticky"]
    check_counters()


def test_a_room_waits_for_news_of_an_order(any_app):
    make_product(sku="CUP", stock=3)
    order = buy(PARTY, CUP=1)
    add_agent(MIRA)
    room = speak(ask(ADA), MIRA)
    act(endings.hold_room, room, MIRA, f"order:{order.number}")
    assert pass_time(room).status == "on_hold"

    process(order)
    pass_time(room)

    assert room.status == "assigned"
    assert f"Order {order.number} is now processing." in lines_of(room)


@pytest.mark.parametrize("event", ["restock:CUP", "restock:NONE", "order:X-1", "weather:sun", "restock"])
def test_what_is_there_already_or_nowhere_is_not_waited_for(any_app, event):
    make_product(sku="CUP", stock=1)
    add_agent(MIRA)
    room = speak(ask(ADA), MIRA)

    with pytest.raises(Invalid):
        act(endings.hold_room, room, MIRA, event)


def test_whoever_does_not_have_a_room_does_not_resolve_it_but_for_a_supervisor(any_app):
    add_agent(MIRA)
    room, queued = ask(ADA), wait_in_line()
    add_agent(JONAS)

    for each in (room, queued):
        with pytest.raises(Forbidden):
            act(endings.resolve_room, each, JONAS)
    assert act(endings.resolve_room, room, INES).status == "resolved"


def test_a_room_in_the_queue_is_resolved_by_a_supervisor(any_app):
    room = wait_in_line(ADA)

    act(endings.resolve_room, room, INES)

    assert (room.status, turns_of(room)) == ("resolved", [])


def test_what_an_agent_takes_off_hold_has_been_held_until_then(any_app):
    make_product(sku="CUP", stock=0)
    add_agent(MIRA)
    room = speak(ask(ADA), MIRA)
    act(endings.hold_room, room, MIRA, "restock:CUP")
    age(room, 60_000)

    act(assignment.claim_room, room, MIRA)

    assert (room.status, room.hold_until_event, slots_of(MIRA)) == ("assigned", None, 1)
    assert 60_000 <= room.on_hold_ms < 90_000
    check_counters()
