"""Who gets which room on its own: the queue's order, and the agents'."""

import pytest
import sqlalchemy as sa

from app.chat.desk import agents, assignment, candidates, endings
from app.chat.models import Assignment
from app.core.database import db, run_transaction
from tests.chat.desk import (
    act,
    add_agent,
    add_department,
    age,
    ask,
    change_agent,
    check_counters,
    drain,
    reread,
    slots_of,
    turns_of,
    wait_in_line,
)
from tests.chat.talking import ADA, INES, JONAS, MIRA

MINUTE = 60_000


def given():
    """Rooms in the order in which they were given away."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(Assignment.room_id).order_by(Assignment.id)))


def test_the_most_urgent_goes_first_and_of_two_alike_who_waits_longer(any_app):
    late = wait_in_line(waited_ms=1_000)
    early = wait_in_line(waited_ms=50_000)
    urgent = wait_in_line(band=2)
    add_agent()

    drain()

    assert given() == [urgent.id, early.id, late.id]


def test_two_minutes_of_waiting_are_worth_a_band(any_app):
    patient = wait_in_line(waited_ms=4 * MINUTE + 1_000)
    checkout = wait_in_line(band=2, waited_ms=MINUTE)
    add_agent()

    drain()

    assert given() == [patient.id, checkout.id]


def test_a_flood_of_the_most_urgent_does_not_starve_the_oldest(any_app):
    oldest = wait_in_line(waited_ms=6 * MINUTE + 1_000)
    flood = [wait_in_line(band=3) for _ in range(5)]
    add_agent(capacity=2)

    drain()

    assert given() == [oldest.id, flood[0].id]


def test_who_has_the_smallest_share_taken_gets_it_and_of_two_alike_the_idler(any_app):
    add_agent(MIRA, capacity=4)
    add_agent(JONAS, capacity=2)
    add_agent(INES, capacity=8)

    who = [ask().assignee for _ in range(6)]

    assert who == [each.subject for each in (INES, JONAS, MIRA, INES, MIRA, INES)]
    check_counters()


def test_ties_are_resolved_the_same_way_a_hundred_times(any_app):
    add_agent(MIRA)
    add_agent(JONAS)
    add_agent(INES)
    room = wait_in_line(ADA)

    firsts = {tuple(each.agent for each in candidates.choose(room, None).candidates) for _ in range(100)}

    assert firsts == {(INES.subject, JONAS.subject, MIRA.subject)}


@pytest.mark.parametrize(
    "reason", [{"status": "away"}, {"status": "offline"}, {"lease_ms": -1}, {"capacity": 0}], ids=str
)
def test_who_is_away_offline_gone_or_takes_none_gets_none(any_app, reason):
    add_agent(MIRA, **reason)
    room = wait_in_line(ADA)

    assert drain() == 0
    assert reread(room).status == "queued"


def test_a_room_of_a_department_goes_to_its_agents_only(any_app):
    kilns, glazes = add_department("Kilns"), add_department("Glazes")
    add_agent(MIRA, departments=(glazes,))
    add_agent(JONAS, departments=(kilns, glazes))
    add_agent(INES)

    rooms = [wait_in_line(department_id=kilns) for _ in range(3)]
    drain()

    assert {reread(room).assignee for room in rooms} == {JONAS.subject}


def test_rooms_that_nobody_can_take_keep_nobody_else_from_being_given(any_app):
    kilns = add_department("Kilns")
    stuck = [wait_in_line(department_id=kilns, waited_ms=MINUTE) for _ in range(3)]
    add_agent()
    room = wait_in_line(ADA)

    assert drain() == 1
    assert reread(room).assignee == MIRA.subject
    assert {reread(each).status for each in stuck} == {"queued"}


def test_all_offline_and_the_first_one_back_gets_what_they_can_take(any_app):
    add_agent(capacity=3, status="offline")
    rooms = [wait_in_line() for _ in range(5)]

    run_transaction(lambda: agents.set_status(MIRA.subject, "online"))

    assert [reread(room).status for room in rooms] == ["assigned"] * 3 + ["queued"] * 2
    assert slots_of(MIRA) == 3


def test_a_shopper_goes_to_the_agent_whom_they_know_within_a_day(any_app):
    add_agent(MIRA)
    add_agent(JONAS)
    first = ask(ADA)
    known, other = (MIRA, JONAS) if first.assignee == MIRA.subject else (JONAS, MIRA)
    act(endings.resolve_room, first, known)
    for _ in range(2):
        change_agent(other, last_assigned_at=None)
    again = ask(ADA)
    assert (again.assignee, turns_of(again)[0][1]) == (known.subject, "sticky")

    act(endings.resolve_room, again, known)
    age(first, 25 * 60 * MINUTE)
    age(again, 25 * 60 * MINUTE)

    assert turns_of(ask(ADA))[0][:2] == (other.subject, "auto")


def test_the_decision_is_written_down_with_who_came_next(any_app):
    add_agent(MIRA)
    add_agent(JONAS, capacity=2)
    room = ask(ADA)

    decision = db.session.scalar(sa.select(Assignment.decision).where(Assignment.room_id == room.id))

    assert decision == {
        "candidates": [
            {"agent": JONAS.subject, "load": 0, "open": 0},
            {"agent": MIRA.subject, "load": 0, "open": 0},
        ],
        "runner_up": MIRA.subject,
        "of": 2,
    }


def test_after_two_minutes_with_nobody_else_there_an_agent_gets_again_what_they_let_go(any_app):
    add_agent(MIRA)
    room = ask(ADA)
    act(endings.decline_room, room, MIRA)
    assert (room.status, room.excluded) == ("queued", [MIRA.subject])
    assert drain() == 0

    age(room, 121_000)
    drain()

    assert reread(room).assignee == MIRA.subject


def test_while_somebody_else_is_there_it_waits_for_them(any_app):
    add_agent(MIRA)
    room = ask(ADA)
    add_agent(JONAS, capacity=1)
    wait_in_line()
    drain()
    act(endings.decline_room, room, MIRA)
    assert room.status == "queued"
    age(room, 121_000)

    assert drain() == 0
    assert slots_of(JONAS) == 1


def test_a_colleague_who_is_away_is_nobody_to_wait_for(any_app):
    add_agent(MIRA)
    room = ask(ADA)
    add_agent(JONAS, status="away")
    act(endings.decline_room, room, MIRA)
    age(room, 121_000)

    drain()

    assert reread(room).assignee == MIRA.subject


def test_a_room_that_left_the_queue_meanwhile_is_passed_over(any_app):
    add_agent(MIRA)
    room = wait_in_line(ADA)
    act(endings.end_chat, room, ADA)

    assert assignment.give_next(room.id, None) is False
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Assignment)) == 0
