"""Shoppers who write again: to what was resolved, given up, or put on hold."""

import pytest

from app.chat.desk import endings
from app.chat.errors import RoomClosed
from tests.chat.desk import act, add_agent, age, ask, lines_of, speak, turns_of, wait_in_line
from tests.chat.talking import ADA, JONAS, MIRA
from tests.factories import make_product

HOUR = 3600_000


def test_a_resolved_room_reopens_for_its_own_agent_within_three_days_and_keeps_its_first_reply(any_app):
    add_agent(JONAS)
    add_agent()
    room = ask(ADA)
    mine = MIRA if room.assignee == MIRA.subject else JONAS
    speak(room, mine)
    act(endings.resolve_room, room, mine)
    first_reply = room.first_reply_at

    speak(room, ADA)

    assert (room.status, room.assignee, room.reopen_count) == ("assigned", mine.subject, 1)
    assert (room.first_reply_at, room.resolved_at, room.close_reason) == (first_reply, None, "")
    assert [reason for _, reason, _ in turns_of(room)] == ["auto", "sticky"]
    assert lines_of(room).count(f"{mine.name} is here.") == 1


def test_after_three_days_it_does_not_reopen(any_app):
    add_agent()
    room = ask(ADA)
    act(endings.resolve_room, room, MIRA)
    age(room, 73 * HOUR)

    with pytest.raises(RoomClosed):
        speak(room, ADA)


def test_an_old_room_does_not_reopen_beside_a_new_one(any_app):
    add_agent()
    room = ask(ADA)
    act(endings.resolve_room, room, MIRA)
    ask(ADA)

    with pytest.raises(RoomClosed, match="another conversation"):
        speak(room, ADA)


def test_whoever_comes_back_within_half_an_hour_has_the_place_that_they_had(any_app):
    add_agent(status="away")
    room = wait_in_line(ADA, waited_ms=300_000)
    place = room.queued_at
    act(endings.end_chat, room, ADA)
    assert (room.status, room.close_reason) == ("abandoned", "cancelled")

    speak(room, ADA)

    assert (room.status, room.queued_at) == ("queued", place)


def test_whoever_comes_back_later_waits_anew(any_app):
    add_agent(status="away")
    room = wait_in_line(ADA)
    act(endings.end_chat, room, ADA)
    age(room, 31 * 60_000)

    speak(room, ADA)

    assert (room.status, room.queued_at) == ("queued", room.last_shopper_at)


def test_a_message_to_a_room_on_hold_does_not_wait_for_the_store(any_app):
    add_agent()
    make_product(sku="CUP", stock=0)
    room = ask(ADA)
    speak(room, MIRA)
    act(endings.hold_room, room, MIRA, "restock:CUP")

    speak(room, ADA)

    assert (room.status, room.assignee, room.hold_until_event) == ("assigned", MIRA.subject, None)
