"""Rooms that are taken or given by hand: the same slots, and a supervisor's word on record."""

import pytest
import sqlalchemy as sa

from app.chat.desk import agents, assignment, endings
from app.chat.errors import AgentAway, AgentFull, RoomChanged, RoomClosed
from app.chat.models import Room
from app.core.database import db
from app.core.errors import Forbidden
from app.security.models import AuditEntry
from tests.chat.desk import (
    LEASE_MS,
    act,
    add_agent,
    ask,
    change_room,
    check_counters,
    lines_of,
    pass_time,
    reread,
    slots_of,
    speak,
    turns_of,
    wait_in_line,
)
from tests.chat.talking import ADA, INES, JONAS, JUN, MIRA

MINUTE = 60_000


def test_without_automatic_assignment_rooms_wait_for_a_claim(make_app):
    app = make_app(CHAT_AUTO_ASSIGN_AGENTS="false")
    with app.app_context():
        add_agent()
        room = ask(ADA)
        assert room.status == "queued"

        act(assignment.claim_room, room, MIRA)

        assert turns_of(room) == [(MIRA.subject, "manual", None)]


def test_of_two_agents_who_claim_a_room_the_second_is_told(any_app):
    add_agent(MIRA, status="away")
    add_agent(JONAS, status="away")
    room = ask(ADA)
    act(assignment.claim_room, room, MIRA)

    with pytest.raises(RoomChanged, match="Another agent"):
        act(assignment.claim_room, room, JONAS)
    act(assignment.claim_room, room, MIRA)

    assert turns_of(room) == [(MIRA.subject, "manual", None)]
    assert (slots_of(MIRA), slots_of(JONAS)) == (1, 0)


def test_a_full_agent_cannot_claim_and_a_supervisor_can_on_record(any_app):
    add_agent(MIRA, capacity=0)
    add_agent(INES, capacity=0)
    room = wait_in_line(ADA)

    with pytest.raises(AgentFull, match="You are full: 0 of 0"):
        act(assignment.claim_room, room, MIRA)
    act(assignment.claim_room, room, INES)

    assert turns_of(room) == [(INES.subject, "override", None)]
    entry = db.session.scalar(sa.select(AuditEntry).where(AuditEntry.action == "chat_override"))
    assert (entry.actor, entry.object, entry.after["capacity"]) == (INES.subject, f"room:{room.public_id}", 0)
    check_counters()


def test_who_is_offline_must_come_online_to_claim(any_app):
    add_agent(MIRA, status="offline")
    room = wait_in_line(ADA)

    with pytest.raises(AgentAway, match="You are offline; go online"):
        act(assignment.claim_room, room, MIRA)


def test_who_claims_is_there_though_presence_does_not_know_yet(any_app):
    add_agent(MIRA, lease_ms=-5_000)
    room = wait_in_line(ADA)

    act(assignment.claim_room, room, MIRA)
    pass_time(room)

    assert (room.status, room.assignee) == ("assigned", MIRA.subject)
    agent = agents.find_agent(MIRA.subject)
    assert agent.lease_until > room.assigned_at + LEASE_MS - 5_000


def test_a_supervisor_takes_a_room_from_its_agent(any_app):
    add_agent(MIRA)
    room = ask(ADA)
    add_agent(INES)

    act(assignment.claim_room, room, INES)

    assert turns_of(room) == [(MIRA.subject, "auto", "taken"), (INES.subject, "manual", None)]
    assert (slots_of(MIRA), slots_of(INES)) == (0, 1)
    check_counters()


def test_a_room_is_given_to_an_agent_by_hand(any_app):
    add_agent(MIRA, status="away")
    room = ask(ADA)
    add_agent(JONAS, capacity=1)
    change_room(room, excluded=[JONAS.subject])

    with pytest.raises(AgentAway, match="Mira is not available now"):
        act(assignment.assign_room, room, MIRA.subject, INES)
    act(assignment.assign_room, room, JONAS.subject, INES)

    assert (room.assignee, room.excluded) == (JONAS.subject, [])
    with pytest.raises(Forbidden):
        act(assignment.assign_room, room, JUN.subject, MIRA)


def test_it_is_said_once_who_is_here_and_the_assignee_is_in_the_log(any_app):
    add_agent(MIRA)
    room = ask(ADA)
    change_room(room, excluded=[])
    act(endings.decline_room, room, MIRA)
    act(assignment.claim_room, room, MIRA)

    assert lines_of(room) == ["Mira is here."]


def test_agents_join_the_rooms_that_they_get(any_app):
    add_agent(MIRA)
    room = ask(ADA)

    assert (room.participant_count, speak(room, MIRA).participant_count) == (2, 2)
    assert db.session.scalar(sa.select(Room.participant_count).where(Room.id == room.id)) == 2


def test_what_was_given_up_is_not_claimed_beside_its_shoppers_new_conversation(any_app):
    add_agent(MIRA, status="away")
    old = act(endings.end_chat, wait_in_line(ADA), ADA)
    new = wait_in_line(ADA)

    with pytest.raises(RoomClosed, match="another conversation") as refused:
        act(assignment.claim_room, old, MIRA)

    assert refused.value.facts == {"room": new.public_id}
    assert (reread(old).status, slots_of(MIRA)) == ("abandoned", 0)
    act(endings.end_chat, new, ADA)
    assert act(assignment.claim_room, old, MIRA).assignee == MIRA.subject
