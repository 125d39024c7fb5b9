"""Coming into the queue: for the first time, again, or back because an agent did not answer.

Everything here is inside the running transaction, with the room's row taken.
"""

from typing import Any

import sqlalchemy as sa

from app.chat import members, states
from app.chat.desk import bands, hours, pauses, slots
from app.chat.desk import news as desk_news
from app.chat.models import Agent, AgentDepartment, Assignment, Room
from app.core.database import db, now_ms, read_now


def enter_queue(room: Room, queued_at: int, **values: Any) -> None:
    """From any state that may go there, nobody's any more; assignment is tried after the commit."""
    states.move(
        room,
        "queued",
        **{
            "assignee": None,
            "slot_until": 0,
            "reply_due_at": None,
            "hold_until_event": None,
            "queued_at": queued_at,
            "band": bands.band_of(room),
            "excluded": [],
            **pauses.time_held(room),
            **values,
        },
    )
    desk_news.announce_room(room, "queued")
    slots.drain_soon()


def return_to_queue(room: Room, end_reason: str) -> None:
    """The shopper keeps the place in time; the agent who had the room does not get it again in this round."""
    agent = room.assignee
    let_go(room, end_reason)
    enter_queue(room, room.queued_at or read_now(), excluded=[*room.excluded, *([agent] if agent else [])])
    see_off(room, agent)


def let_go(room: Room, end_reason: str) -> None:
    """The agent's turn with the room ends, and the slot that it took. The caller moves the room on."""
    slots.free_slot_of(room)
    end_assignment(room, end_reason)


def see_off(room: Room, agent: str | None) -> None:
    """Whoever had the room without being of its department has no more to do with it."""
    if agent and not slots.meets(agent, is_of_department(room.department_id)):
        members.leave(room, agent)


def end_assignment(room: Room, end_reason: str) -> None:
    db.session.execute(
        sa.update(Assignment)
        .where(Assignment.room_id == room.id, Assignment.ended_at.is_(None))
        .values(ended_at=now_ms(), end_reason=end_reason)
        .execution_options(synchronize_session=False)
    )


def front_of_band(room: Room) -> int:
    """A `queued_at` before everybody's who is as urgent: for a shopper who has waited already and was let in."""
    first = sa.select(sa.func.min(Room.queued_at)).where(
        Room.status == "queued", Room.band == bands.band_of(room), Room.id != room.id
    )
    now, earliest = read_now(), db.session.scalar(first)
    return min(now, earliest - 1) if earliest else now


def is_staffed(department_id: int | None, at_ms: int) -> bool:
    """Whether the desk is open and somebody of the department is there, free or not."""
    is_anybody_there = sa.select(sa.exists().where(staff_of(department_id)))
    return hours.is_open(at_ms) and bool(db.session.scalar(is_anybody_there))


def staff_of(department_id: int | None) -> sa.ColumnElement[bool]:
    return sa.and_(slots.HERE, Agent.capacity > 0, is_of_department(department_id))


def is_of_department(department_id: int | None) -> sa.ColumnElement[bool]:
    if department_id is None:
        return sa.true()
    return sa.exists().where(
        AgentDepartment.agent == Agent.agent, AgentDepartment.department_id == department_id
    )
