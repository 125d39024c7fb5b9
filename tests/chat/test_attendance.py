"""Agents who are seen, lost and back: leases follow presence, and rooms follow leases."""

import pytest

from app.chat.desk import agents, attendance, timers
from app.core.database import db, read_now
from tests.chat.desk import (
    LEASE_MS,
    add_agent,
    age,
    ask,
    change_agent,
    check_counters,
    owner_of,
    pass_time,
    reread,
    show_present,
    slots_of,
    speak,
    turns_of,
    wait_in_line,
)
from tests.chat.talking import ADA, JONAS, MIRA

MINUTE, HOUR = 60_000, 3600_000


def lease_of(actor):
    db.session.rollback()
    return agents.get_agent(actor.subject).lease_until


def end_lease(actor, ms_ago):
    """The lease of an agent who was seen last so long ago, plus what a lease lasts."""
    change_agent(actor, lease_until=lease_of(actor) - LEASE_MS - ms_ago)


def test_who_is_seen_has_a_lease_which_is_not_renewed_more_often_than_it_must(any_app):
    add_agent(MIRA, lease_ms=0)
    show_present(MIRA)

    assert attendance.renew_leases(attendance.find_present()) == 1
    lease = lease_of(MIRA)
    assert attendance.renew_leases(attendance.find_present()) == 0

    assert lease_of(MIRA) == lease


def test_an_agent_who_is_seen_gets_the_next_room(any_app):
    add_agent(MIRA, lease_ms=-1)
    room = wait_in_line(ADA)
    assert pass_time(room).status == "queued"

    show_present(MIRA)

    assert pass_time(room).assignee == MIRA.subject


def test_who_has_just_closed_the_console_gets_nothing_new_and_keeps_what_they_have(any_app):
    add_agent(MIRA)
    kept = ask(ADA)
    show_present()

    newcomer = ask()
    pass_time(kept)

    assert (kept.assignee, newcomer.status) == (MIRA.subject, "queued")


@pytest.mark.parametrize("seen_ms_ago", [44_000, 46_000])
def test_a_lost_agents_rooms_go_back_after_45_seconds_and_not_before(any_app, seen_ms_ago):
    add_agent(MIRA)
    assigned, opened, waiting = ask(ADA), ask(), ask()
    speak(opened, MIRA)
    speak(opened, owner_of(opened))
    speak(waiting, MIRA)
    place = assigned.queued_at
    show_present()
    change_agent(MIRA, lease_until=read_now() + LEASE_MS - seen_ms_ago)

    timers.return_lost(is_known=True)
    for room in (assigned, opened, waiting):
        reread(room)

    if seen_ms_ago < LEASE_MS:
        assert [room.status for room in (assigned, opened, waiting)] == ["assigned", "open", "waiting"]
    else:
        assert [room.status for room in (assigned, opened, waiting)] == ["queued", "queued", "waiting"]
        assert (assigned.queued_at, assigned.excluded) == (place, [MIRA.subject])
        assert turns_of(opened)[0][2] == "lost_lease"
    check_counters()


def test_who_comes_back_too_late_finds_the_room_with_somebody_else(any_app):
    add_agent(MIRA)
    room = ask(ADA)
    add_agent(JONAS)
    show_present(JONAS)
    end_lease(MIRA, 1_000)

    pass_time(room)
    show_present(JONAS, MIRA)
    pass_time(room)

    assert turns_of(room) == [(MIRA.subject, "auto", "lost_lease"), (JONAS.subject, "auto", None)]


def test_a_room_that_waits_for_its_shopper_is_kept_five_minutes_for_a_lost_agent(any_app):
    add_agent(MIRA)
    room = speak(ask(ADA), MIRA)
    show_present()
    end_lease(MIRA, 1_000)

    pass_time(room)
    assert 4 * MINUTE < room.slot_until - room.last_agent_at <= 5 * MINUTE + 5_000
    age(room, 5 * MINUTE + 5_000)
    pass_time(room)

    assert (room.status, room.slot_until, slots_of(MIRA)) == ("waiting", 0, 0)


def test_while_presence_is_unknown_nobody_is_lost(any_app):
    """No socket process has told Redis anything, as after a restart of both."""
    add_agent(MIRA, lease_ms=20_000)
    room = ask(ADA)

    pass_time(room)
    assert lease_of(MIRA) > read_now() + 40_000
    end_lease(MIRA, 1_000)
    pass_time(room)

    assert (room.status, room.assignee) == ("assigned", MIRA.subject)


def test_while_redis_is_down_nobody_is_lost_and_rooms_are_given_away(make_app):
    app = make_app(REDIS_URL="unix:///nowhere")
    with app.app_context():
        add_agent(MIRA, lease_ms=20_000)
        room = wait_in_line(ADA)

        pass_time(room)

        assert (room.status, room.assignee) == ("assigned", MIRA.subject)
        end_lease(MIRA, 1_000)
        assert pass_time(room).status == "assigned"


def test_those_who_go_at_once_are_missed_one_by_one_in_the_order_of_locks(any_app, monkeypatch):
    for actor in (MIRA, JONAS):
        add_agent(actor, lease_ms=60_000)
    cut, busy = attendance.run_transaction, []
    monkeypatch.setattr(attendance, "run_transaction", lambda act: busy.append(list_shorter()) or cut(act))

    assert attendance.miss_absent([]) == 2

    assert busy == [[], [JONAS.subject]]


def list_shorter():
    return [each.agent for each in agents.list_agents() if each.lease_until < read_now() + LEASE_MS]


def test_who_is_missed_has_45_seconds_from_when_they_went(any_app):
    add_agent(MIRA, lease_ms=60_000)
    show_present()

    assert attendance.miss_absent(attendance.find_present()) == 1
    lease = lease_of(MIRA)
    assert attendance.miss_absent(attendance.find_present()) == 0

    # Three of them have passed before anybody is missed.
    assert lease_of(MIRA) == lease
    assert 40_000 < lease - read_now() <= 42_000
