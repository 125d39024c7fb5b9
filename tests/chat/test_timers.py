"""What happens to conversations by the clock."""

from datetime import UTC, datetime

import sqlalchemy as sa

from app.chat.access import Actor
from app.chat.desk import endings, timers
from app.chat.models import OpeningTime, Room
from app.core.database import db, transaction
from tests.chat.desk import (
    act,
    add_agent,
    age,
    ask,
    change_agent,
    change_room,
    lines_of,
    pass_time,
    reread,
    show_present,
    slots_of,
    speak,
    turns_of,
    wait_in_line,
)
from tests.chat.talking import ADA, JONAS, JUN, MIRA, open_room

MINUTE, HOUR = 60_000, 3600_000


def test_an_agent_who_does_not_answer_in_time_loses_the_room_for_this_round(any_app):
    add_agent(MIRA)
    room = ask(ADA)
    place = room.queued_at
    add_agent(JONAS, status="away")
    age(room, 59_000)
    assert pass_time(room).status == "assigned"

    age(room, 2_000)
    pass_time(room)

    assert (room.status, room.excluded) == ("queued", [MIRA.subject])
    assert room.queued_at == place - 61_000
    assert turns_of(room) == [(MIRA.subject, "auto", "no_reply")]
    assert slots_of(MIRA) == 0


def test_a_shopper_who_waits_three_minutes_for_an_answer_raises_one_alarm(any_app, published):
    add_agent(MIRA)
    room = speak(speak(ask(ADA), MIRA), ADA)
    age(room, 3 * MINUTE + 1_000)
    # Who writes again and again does not wait less for that.
    speak(room, ADA)

    pass_time(room)
    pass_time(room)

    assert lines_of(room, "i") == ["The shopper has waited for an answer for three minutes."]
    alerts = [message["data"] for message in published.seen() if message["event"] == "alert"]
    assert [(data["room"], data["why"]) for data in alerts] == [(room.public_id, "slow")]


def test_an_answer_in_time_raises_no_alarm(any_app):
    add_agent(MIRA)
    room = speak(ask(ADA), MIRA)
    age(room, 10 * MINUTE)
    speak(room, ADA)

    assert lines_of(pass_time(room), "i") == []


def test_a_shopper_who_left_two_minutes_ago_is_given_up(any_app):
    room = wait_in_line(ADA, waited_ms=10 * MINUTE)
    show_present()
    pass_time(room)
    assert (room.status, room.left_at is not None) == ("queued", True)
    age(room, 119_000)
    assert pass_time(room).status == "queued"

    age(room, 2_000)

    assert (pass_time(room).status, room.close_reason) == ("abandoned", "left")


def test_a_shopper_who_comes_back_in_time_was_never_away(any_app):
    room = wait_in_line(ADA, waited_ms=10 * MINUTE)
    show_present()
    pass_time(room)
    age(room, 60_000)

    show_present(ADA, channel="connected")

    assert (pass_time(room).status, room.left_at) == ("queued", None)


def test_who_wrote_just_now_is_here_with_or_without_a_socket(any_app):
    room = wait_in_line(ADA, waited_ms=10 * MINUTE)
    show_present()
    change_room(room, left_at=room.queued_at)
    speak(room, ADA)
    change_room(room, left_at=room.queued_at)

    assert pass_time(room).status == "queued"


def test_whom_a_program_speaks_for_is_never_seen_and_not_given_up_for_that(any_app):
    room = wait_in_line(Actor("ext:ada", "Ada", "guest"), waited_ms=10 * MINUTE)
    show_present()
    pass_time(room)
    age(room, 10 * MINUTE)

    assert (pass_time(room).status, room.left_at) == ("queued", None)


def test_a_message_that_was_left_is_not_given_up_though_its_shopper_has_gone(any_app):
    room = ask(ADA)
    age(room, HOUR)
    add_agent(MIRA, status="away")
    show_present(MIRA)
    pass_time(room)
    assert room.status == "queued"

    pass_time(room)
    age(room, 10 * MINUTE)

    assert (pass_time(room).status, room.left_at) == ("queued", None)


def test_messages_that_were_left_are_queued_when_the_desk_opens(any_app):
    weekday = datetime.now(UTC).weekday()
    with transaction():
        db.session.add(OpeningTime(weekday=(weekday + 3) % 7, opens=0, closes=1))
    add_agent(MIRA)
    room = ask(ADA)
    assert pass_time(room).status == "offline"

    with transaction():
        db.session.execute(sa.delete(OpeningTime))

    assert pass_time(room).assignee == MIRA.subject


def test_a_day_of_silence_resolves_and_three_days_more_close(any_app):
    add_agent(MIRA)
    room = speak(ask(ADA), MIRA)
    age(room, 23 * HOUR)
    assert pass_time(room).status == "waiting"

    age(room, HOUR)
    pass_time(room)
    assert (room.status, room.close_reason) == ("resolved", "silence")
    assert lines_of(room)[-1] == "This conversation has ended."

    age(room, 71 * HOUR)
    assert pass_time(room).status == "resolved"
    age(room, 2 * HOUR)
    assert pass_time(room).status == "closed"
    assert slots_of(MIRA) == 0


def test_what_was_abandoned_closes_too(any_app):
    room = wait_in_line(ADA)
    act(endings.end_chat, room, ADA)

    age(room, 73 * HOUR)

    assert pass_time(room).status == "closed"


def test_what_nothing_was_said_in_for_a_day_closes_and_a_message_that_was_left_stays(any_app):
    empty, left = open_room(ADA), ask(JUN)
    age(empty, 23 * HOUR)
    age(left, 48 * HOUR)
    assert pass_time(empty).status == "offline"

    age(empty, 2 * HOUR)

    assert (pass_time(empty).status, reread(left).status) == ("closed", "offline")


def test_a_room_that_cannot_be_changed_keeps_no_other_from_being_changed(any_app, monkeypatch):
    broken, fine = wait_in_line(), wait_in_line()

    def end(room):
        if room.id == broken.id:
            raise RuntimeError("broken")
        endings.abandon(room, "left")

    timers.each_due(Room.status == "queued", end)

    assert (reread(broken).status, reread(fine).status) == ("queued", "abandoned")


def test_a_tick_that_is_repeated_changes_nothing_more(any_app):
    add_agent(MIRA)
    room = speak(speak(ask(ADA), MIRA), ADA)
    age(room, 4 * MINUTE)
    pass_time(room)
    version, head = room.version, room.head_p

    pass_time(room)

    assert (room.version, room.head_p) == (version, head)


def test_the_sweep_gives_away_what_no_event_did(any_app):
    add_agent(MIRA, status="away")
    room = wait_in_line(ADA)
    change_agent(MIRA, chosen_status="online")

    assert pass_time(room).assignee == MIRA.subject
