"""Many conversations are due at once: none of them hides those behind it."""

import pytest

from app.chat.desk import endings, timers
from app.chat.models import Room
from tests.chat.desk import (
    add_agent,
    age,
    ask,
    change_room,
    lines_of,
    owner_of,
    pass_time,
    reread,
    shopper,
    show_present,
    speak,
    wait_in_line,
)
from tests.chat.talking import ADA, MIRA
from tests.factories import make_product

MINUTE = 60_000


@pytest.fixture
def one_at_once(any_app, monkeypatch):
    monkeypatch.setattr(timers, "MOST_AT_ONCE", 1)


def test_what_cannot_be_changed_is_passed_over(one_at_once):
    broken, fine = wait_in_line(), wait_in_line()

    def end(room):
        if room.id == broken.id:
            raise RuntimeError("broken")
        endings.abandon(room, "left")

    timers.each_due(Room.status == "queued", end)

    assert (reread(broken).status, reread(fine).status) == ("queued", "abandoned")


def test_what_is_done_in_one_tick_has_an_end(one_at_once):
    rooms = [wait_in_line(), wait_in_line()]

    timers.each_due(Room.status == "queued", lambda room: endings.abandon(room, "left"))

    assert [reread(room).status for room in rooms] == ["abandoned", "queued"]


def test_who_is_known_to_wait_too_long_hides_nobody_else_who_does(one_at_once):
    add_agent(MIRA)
    rooms = [speak(ask(), MIRA) for _ in range(2)]
    for room in rooms:
        age(speak(room, owner_of(room)), 4 * MINUTE)

    pass_time(rooms[0])
    pass_time(rooms[0])

    assert [len(lines_of(room, "i")) for room in rooms] == [1, 1]


def test_those_who_wait_hide_nobody_who_has_gone(one_at_once):
    waiting = [shopper() for _ in range(2)]
    for each in (*waiting, ADA):
        room = wait_in_line(each)
    show_present(*waiting, channel="connected")

    timers.watch_waiting()

    assert reread(room).left_at is not None


def test_a_room_that_waits_for_long_hides_none_that_waits_for_what_is_there(one_at_once):
    make_product(sku="CUP", stock=0)
    make_product(sku="VASE", name="Vase", stock=1)
    for _ in range(6):
        change_room(wait_in_line(), status="on_hold", hold_until_event="restock:CUP")
    last = wait_in_line()
    change_room(last, status="on_hold", hold_until_event="restock:VASE")

    timers.wake_held()

    assert reread(last).status == "queued"
    assert "Vase, Chalk is back in stock." in lines_of(last)
