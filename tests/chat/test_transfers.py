"""Handing a conversation on: a note, a summary, a slot there before one here is free."""

import pytest
import sqlalchemy as sa

from app.chat import queries
from app.chat.access import find_participant
from app.chat.desk import transfers
from app.chat.errors import AgentAway, AgentFull, RoomChanged
from app.core.database import db
from app.core.errors import Forbidden, Invalid, NotFound
from app.core.outbox_rows import OutboxEvent
from app.realtime.revocations import CHANNEL_REVOKED
from app.security.models import AuditEntry
from tests.chat.desk import (
    act,
    add_agent,
    add_department,
    ask,
    check_counters,
    drain,
    lines_of,
    reread,
    slots_of,
    speak,
    turns_of,
    wait_in_line,
)
from tests.chat.talking import ADA, INES, JONAS, MIRA


def notes_of(room):
    db.session.rollback()
    return [message.body for message in queries.list_messages(room.id, "i")]


@pytest.fixture
def room(any_app):
    """A room that Mira has answered."""
    add_agent(MIRA)
    return speak(ask(ADA), MIRA)


def test_a_transfer_takes_a_slot_there_and_frees_the_one_here(room):
    add_agent(JONAS)

    act(transfers.transfer_to_agent, room, MIRA, JONAS.subject, "She asks about the kiln.")

    assert (room.status, room.assignee) == ("assigned", JONAS.subject)
    assert room.reply_due_at == room.assigned_at + 60_000
    assert turns_of(room) == [(MIRA.subject, "auto", "transferred"), (JONAS.subject, "transfer", None)]
    assert (slots_of(MIRA), slots_of(JONAS)) == (0, 1)
    assert lines_of(room) == ["Mira is here.", "Jonas is here."]
    check_counters()


def test_the_next_agent_finds_a_summary_and_the_note(room):
    add_agent(JONAS)

    act(transfers.transfer_to_agent, room, MIRA, JONAS.subject, "She asks about the kiln.")

    summary, note = notes_of(room)
    assert "so far with Mira" in summary
    assert "1 messages of the shopper, 1 of agents" in summary
    assert "In the cart: nothing. Held for them: nothing." in summary
    assert note == "She asks about the kiln."


def test_a_transfer_without_a_note_is_refused(room):
    add_agent(JONAS)

    with pytest.raises(Invalid):
        act(transfers.transfer_to_agent, room, MIRA, JONAS.subject, "  ")


def test_a_transfer_to_a_full_agent_is_refused_and_changes_nothing(room):
    add_agent(JONAS, capacity=1)
    wait = wait_in_line()
    drain()
    assert reread(wait).assignee == JONAS.subject

    with pytest.raises(AgentFull, match="Jonas is full: 1 of 1 conversations are taken"):
        act(transfers.transfer_to_agent, room, MIRA, JONAS.subject, "Yours")

    assert (reread(room).assignee, notes_of(room)) == (MIRA.subject, [])
    check_counters()


@pytest.mark.parametrize("gone", [{"status": "offline"}, {"status": "away"}, {"lease_ms": -1}], ids=str)
def test_a_transfer_to_somebody_who_is_not_there_is_refused(room, gone):
    add_agent(JONAS, **gone)

    with pytest.raises(AgentAway, match="Jonas is not available now"):
        act(transfers.transfer_to_agent, room, MIRA, JONAS.subject, "Yours")

    assert reread(room).assignee == MIRA.subject
    check_counters()


def test_a_supervisor_transfers_to_a_full_agent_on_record(room):
    add_agent(JONAS, capacity=0)

    act(transfers.transfer_to_agent, room, INES, JONAS.subject, "Only Jonas knows this.")

    assert turns_of(room)[-1] == (JONAS.subject, "override", None)
    assert turns_of(room)[0][2] == "transferred"
    assert (
        db.session.scalar(sa.select(AuditEntry.actor).where(AuditEntry.action == "chat_override"))
        == INES.subject
    )


def test_only_the_assignee_and_supervisors_transfer(room):
    add_agent(JONAS)

    with pytest.raises(Forbidden):
        act(transfers.transfer_to_agent, room, JONAS, JONAS.subject, "Mine")
    with pytest.raises(NotFound):
        act(transfers.transfer_to_agent, room, MIRA, "user:nobody", "Whose?")
    with pytest.raises(Invalid):
        act(transfers.transfer_to_agent, room, MIRA, MIRA.subject, "Mine")


def test_what_nobody_has_cannot_be_transferred(any_app):
    room = wait_in_line(ADA)

    with pytest.raises(RoomChanged):
        act(transfers.transfer_to_department, room, INES, 1, "Yours")


def test_a_transfer_to_a_department_queues_the_room_before_those_who_wait_there(room):
    kilns = add_department("Kilns")
    waiting = wait_in_line(department_id=kilns, waited_ms=30_000)

    act(transfers.transfer_to_department, room, MIRA, kilns, "About firing.")

    assert (room.status, room.assignee, room.department_id) == ("queued", None, kilns)
    assert room.queued_at < reread(waiting).queued_at
    assert slots_of(MIRA) == 0
    assert notes_of(room)[1] == "About firing."
    check_counters()


def test_an_agent_of_another_department_leaves_the_room_with_it(room):
    kilns = add_department("Kilns")
    add_agent(JONAS, departments=(kilns,))
    assert find_participant(room.id, MIRA.subject)

    act(transfers.transfer_to_department, room, MIRA, kilns, "About firing.")

    assert reread(room).assignee == JONAS.subject
    assert find_participant(room.id, MIRA.subject) is None
    assert find_participant(room.id, JONAS.subject)
    revoked = db.session.scalars(sa.select(OutboxEvent.key).where(OutboxEvent.topic == CHANNEL_REVOKED)).all()
    assert {f"room:{room.public_id} {MIRA.subject}", f"room:{room.public_id}:staff {MIRA.subject}"} == set(
        revoked
    )


def test_an_unknown_department_is_refused(room):
    with pytest.raises(NotFound):
        act(transfers.transfer_to_department, room, MIRA, 77, "Whose?")
    assert reread(room).assignee == MIRA.subject
