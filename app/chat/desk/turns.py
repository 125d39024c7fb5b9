"""What a message does to the state of its room: whose turn it is, and since when."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from app.chat import lines, members, states
from app.chat.access import Actor
from app.chat.desk import queueing, slots
from app.chat.errors import RoomClosed
from app.chat.models import Assignment, Message, Room
from app.core.database import db

SLOT_KEPT_MS = 10 * 60_000
PLACE_KEPT_MS = 30 * 60_000
REOPENS_FOR_MS = 72 * 3600_000

Marks = dict[str, Any]


def take_turn(room: Room, actor: Actor, message: Message) -> None:
    """Inside the transaction that wrote `message`, with the room's row taken.

    Notes and our own lines change nothing, programs are nobody's answer, and rooms with members have no queue. Whose turn it
    is needs no entry in the log: the message that changed it tells it.
    """
    if message.stream != "p" or not room.is_desk:
        return
    if message.side == "shopper":
        take_shopper_turn(room, message.created_at)
    elif message.side == "agent" and actor.role != "program":
        take_agent_turn(room, actor, message.created_at)


def take_shopper_turn(room: Room, at: int) -> None:
    marks = {"first_shopper_at": room.first_shopper_at or at, "last_shopper_at": at, "left_at": None}
    SHOPPER_TURNS.get(room.status, note)(room, marks)


def note(room: Room, marks: Marks) -> None:
    states.change(room, **marks)


def begin(room: Room, marks: Marks) -> None:
    """Outside business hours, or with nobody there, it stays as it is until somebody is."""
    at = marks["last_shopper_at"]
    if queueing.is_staffed(room.department_id, at):
        queueing.enter_queue(room, at, **marks)
    else:
        states.change(room, **marks)


def go_on(room: Room, marks: Marks) -> None:
    """The same agent goes on, if the room still has its slot or takes it again."""
    agent = room.assignee or ""
    if slots.meets(agent, slots.HERE) and (
        slots.is_held(room) or slots.take_slot(agent, slots.HERE, slots.SPARE)
    ):
        states.change(room, status="open", slot_until=None, **marks)
        return
    queueing.let_go(room, "released")
    queueing.enter_queue(room, queueing.front_of_band(room), **marks)


def wake(room: Room, marks: Marks) -> None:
    """The shopper does not wait for the event that the room waits for."""
    queueing.enter_queue(room, marks["last_shopper_at"], **marks)


def reopen(room: Room, marks: Marks) -> None:
    at = marks["last_shopper_at"]
    if at - (room.resolved_at or 0) > REOPENS_FOR_MS:
        raise RoomClosed()
    again = {"resolved_at": None, "close_reason": "", "reopen_count": room.reopen_count + 1}
    revive(room, at, **again, **marks)


def come_back(room: Room, marks: Marks) -> None:
    """Whoever comes back soon has the place that they had."""
    at, left_at = marks["last_shopper_at"], room.left_at or 0
    is_soon = room.queued_at is not None and at - left_at <= PLACE_KEPT_MS
    revive(room, room.queued_at if is_soon and room.queued_at else at, close_reason="", **marks)


def revive(room: Room, queued_at: int, **values: Any) -> None:
    if queueing.is_staffed(room.department_id, values["last_shopper_at"]):
        queueing.enter_queue(room, queued_at, **values)
    else:
        states.move(room, "offline", assignee=None, slot_until=0, **values)


SHOPPER_TURNS: dict[str, Callable[[Room, Marks], None]] = {
    "offline": begin,
    "waiting": go_on,
    "on_hold": wake,
    "resolved": reopen,
    "abandoned": come_back,
}


def take_agent_turn(room: Room, actor: Actor, at: int) -> None:
    if room.assignee != actor.subject:
        members.join(room, actor, "agent")
    if room.assignee and room.assignee != actor.subject:
        line = f"{actor.name} answers here too."
        lines.say(room, "system", f"beside-{room.assigned_at}-{actor.subject}", line, stream="i")
    marks: Marks = {"last_agent_at": at}
    if room.first_shopper_at and not room.first_reply_at:
        marks["first_reply_at"] = at
    if room.status == "assigned":
        note_first_reply(room, actor, at)
        states.move(room, "open", reply_due_at=None, **marks)
    if room.status == "open":
        states.change(room, status="waiting", slot_until=at + SLOT_KEPT_MS, **marks)
    elif room.status == "waiting" and slots.is_held(room):
        states.change(room, slot_until=at + SLOT_KEPT_MS, **marks)
    else:
        states.change(room, **marks)


def note_first_reply(room: Room, actor: Actor, at: int) -> None:
    db.session.execute(
        sa.update(Assignment)
        .where(
            Assignment.room_id == room.id, Assignment.ended_at.is_(None), Assignment.agent == actor.subject
        )
        .values(first_reply_at=at)
        .execution_options(synchronize_session=False)
    )
