"""Agents, rooms that wait and time that has passed, as tests of the desk write them."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import current_app

from app.chat import queries
from app.chat.access import Actor
from app.chat.desk import agents, assignment, spans, timers
from app.chat.models import Agent, AgentDepartment, AgentSpan, Assignment, Department, Message, Room
from app.core.database import db, read_now, run_transaction, transaction
from app.realtime import leases
from tests.chat.talking import MIRA, numbers, open_room, say

LEASE_MS = 45_000
TASKS = (timers.keep_attendance, timers.keep_desk, timers.keep_promises, timers.keep_watch, timers.keep_order)


def add_agent(
    actor: Actor = MIRA,
    *,
    capacity: int = 4,
    status: str = "online",
    lease_ms: int = LEASE_MS,
    departments: tuple[int, ...] = (),
) -> Agent:
    """An agent with an open console; a negative lease has been over for as long."""
    with transaction():
        now = read_now()
        row = Agent(
            agent=actor.subject,
            name=actor.name,
            chosen_status=status,
            lease_until=now + lease_ms,
            active_at=now,
            capacity=capacity,
            open_count=0,
        )
        db.session.add(row)
        db.session.flush()
        for department in departments:
            db.session.add(AgentDepartment(agent=actor.subject, department_id=department))
        spans.follow(actor.subject)
    return row


def add_department(name: str = "Glazes") -> int:
    department = Department(name=name)
    with transaction():
        db.session.add(department)
    return department.id


def change_agent(actor: Actor, **values: Any) -> None:
    with transaction():
        db.session.execute(sa.update(Agent).where(Agent.agent == actor.subject).values(**values))


def change_room(room: Room, **values: Any) -> None:
    with transaction():
        db.session.execute(sa.update(Room).where(Room.id == room.id).values(**values))
    reread(room)


def age(room: Room, ms: int) -> None:
    """Let all of the room's times, and those of its turns and messages, be so much longer ago."""
    columns = (
        "opened_at",
        "queued_at",
        "assigned_at",
        "first_shopper_at",
        "first_reply_at",
        "last_shopper_at",
    )
    columns += ("last_agent_at", "left_at", "reply_due_at", "resolved_at")
    with transaction():
        values = {name: getattr(Room, name) - ms for name in columns}
        slot = sa.case((Room.slot_until > 0, Room.slot_until - ms), else_=Room.slot_until)
        db.session.execute(sa.update(Room).where(Room.id == room.id).values(**values, slot_until=slot))
        times = {"assigned_at": Assignment.assigned_at - ms, "ended_at": Assignment.ended_at - ms}
        db.session.execute(sa.update(Assignment).where(Assignment.room_id == room.id).values(**times))
        earlier = Message.created_at - ms
        db.session.execute(sa.update(Message).where(Message.room_id == room.id).values(created_at=earlier))
    reread(room)


def shopper(name: str = "") -> Actor:
    return Actor(f"visitor:{name or next(numbers)}", "Guest", "guest")


def owner_of(room: Room) -> Actor:
    return Actor(room.owner or "", "Guest", "guest")


def ask(actor: Actor | None = None, **details: Any) -> Room:
    """A room with its first message, as it is after what follows the commit."""
    room = open_room(actor or shopper(), **details)
    speak(room, actor or owner_of(room))
    return room


def wait_in_line(actor: Actor | None = None, *, band: int = 0, waited_ms: int = 0, **details: Any) -> Room:
    """A room in the queue, whether anybody is there or not."""
    room = open_room(actor or shopper(), **details)
    with transaction():
        at = read_now() - waited_ms
        db.session.execute(
            sa.update(Room)
            .where(Room.id == room.id)
            .values(status="queued", band=band, queued_at=at, first_shopper_at=at, last_shopper_at=at)
        )
    return reread(room)


def speak(room: Room, actor: Actor, body: str = "Hello", *, stream: str = "p") -> Room:
    say(room, actor, body, stream=stream)
    return reread(room)


def act(action: Callable[..., Any], room: Room, *arguments: Any) -> Room:
    run_transaction(lambda: action(room, *arguments))
    return reread(room)


def reread(room: Room) -> Room:
    db.session.rollback()
    db.session.refresh(room)
    return room


def pass_time(room: Room) -> Room:
    """One tick of everything that goes by the clock."""
    for task in TASKS:
        task()
    return reread(room)


def drain() -> int:
    db.session.rollback()
    return assignment.drain()


def slots_of(actor: Actor) -> int:
    db.session.rollback()
    return agents.get_agent(actor.subject).open_count


def turns_of(room: Room) -> list[tuple[str, str, str | None]]:
    """Who had the room, why, and why no longer."""
    db.session.rollback()
    rows = db.session.execute(
        sa.select(Assignment.agent, Assignment.reason, Assignment.end_reason)
        .where(Assignment.room_id == room.id)
        .order_by(Assignment.id)
    )
    return [tuple(row) for row in rows]


def lines_of(room: Room, stream: str = "p") -> list[str]:
    """What we ourselves said in the room."""
    db.session.rollback()
    return [each.body for each in queries.list_messages(room.id, stream) if each.side == "system"]


def spans_of(actor: Actor) -> list[tuple[str, int, int]]:
    db.session.rollback()
    rows = db.session.execute(
        sa.select(AgentSpan.status, AgentSpan.capacity, AgentSpan.open_count)
        .where(AgentSpan.agent == actor.subject)
        .order_by(AgentSpan.id)
    )
    return [tuple(row) for row in rows]


def check_counters() -> None:
    """Each agent's counter is the number of rooms that take a slot, and no span is left open beside another."""
    db.session.rollback()
    takes = sa.or_(Room.slot_until.is_(None), Room.slot_until != 0)
    for agent in agents.list_agents():
        taken = db.session.scalar(sa.select(sa.func.count()).where(Room.assignee == agent.agent, takes))
        assert agent.open_count == taken, f"{agent.agent} counts {agent.open_count} of {taken}"
        last = db.session.execute(
            sa.select(AgentSpan.open_count, AgentSpan.capacity).where(
                AgentSpan.agent == agent.agent, AgentSpan.ended_at.is_(None)
            )
        ).one()
        assert tuple(last) == (agent.open_count, agent.capacity)


def show_present(*people: Actor, channel: str = "agents") -> None:
    """As a socket process tells Redis: these have an open console, or with `connected` any socket; nobody else has."""

    def tell(client: Any) -> None:
        leases.renew(client, "process", 60_000)
        key = leases.names_key("process", channel)
        client.delete(key)
        if people:
            client.sadd(key, *(each.subject for each in people))

    current_app.extensions["redis"].call(tell)
