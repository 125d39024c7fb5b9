"""Giving rooms to agents: by the queue's order on its own, and by hand.

The room's row is taken first, then a slot of the agent by compare and swap, in one transaction.
"""

import contextlib
import random
import time
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from flask import current_app

from app.chat import lines, log, members, states
from app.chat.access import Actor
from app.chat.desk import attendance, candidates, pauses, queueing, slots
from app.chat.desk import news as desk_news
from app.chat.desk.agents import actor_of, find_agent, get_agent
from app.chat.desk.queue_order import list_queue
from app.chat.errors import AgentAway, AgentFull, RoomChanged, RoomFull
from app.chat.models import Agent, Assignment, Room
from app.chat.queries import find_last_agent, lock_room
from app.core import outbox
from app.core.database import db, now_ms, read_now, run_transaction
from app.core.errors import Forbidden
from app.security import audit

TRIES = 20

GO_ONLINE = "You are offline; go online to take conversations"
BY_HAND = Agent.chosen_status != "offline"


class SlotGone(Exception):
    """Somebody else took it between the look and the swap."""


def drain_event(event: outbox.Announcement) -> None:
    drain()


def drain(department_id: int | None = None) -> int:
    """Give away what can be given, of one department or of all; not inside a transaction. Returns how many were given."""
    if not current_app.config["SETTINGS"].CHAT_AUTO_ASSIGN_AGENTS:
        return 0
    present, given, without = attendance.find_present(), 0, set()
    for room_id, department in list_queue(department_id):
        if department in without:
            continue
        outcome = give_next(room_id, present)
        given += outcome is True
        # Who was not excluded found nobody either: nor will the others of the department.
        if outcome is None:
            without.add(department)
    return given


def give_next(room_id: int, present: Collection[str] | None) -> bool | None:
    """False when it did not work out for this room, None when nobody of its department is free."""
    for _ in range(TRIES):
        try:
            return run_transaction(lambda: give_to_best(room_id, present))
        except SlotGone:
            time.sleep(random.uniform(0.001, 0.01))
    return False


def give_to_best(room_id: int, present: Collection[str] | None) -> bool | None:
    room = db.session.get(Room, room_id, with_for_update=True, populate_existing=True)
    if room is None or room.status != "queued":
        return False
    choice = candidates.choose(room, present)
    if not choice.candidates:
        return False if room.excluded else None
    best = choice.candidates[0]
    if not slots.take_slot(best.agent, slots.AVAILABLE, slots.SPARE, Agent.open_count == best.open):
        raise SlotGone()
    give_room(room, get_agent(best.agent), choice.reason, choice.decision())
    return True


def give_room(room: Room, agent: Agent, reason: str, decision: dict[str, Any]) -> None:
    """The slot is taken, and what the room had of another agent let go of."""
    known = find_last_agent(room)
    due_ms = current_app.config["SETTINGS"].CHAT_REPLY_DUE_SECONDS * 1000
    now = read_now()
    states.move(
        room,
        "assigned",
        assignee=agent.agent,
        assigned_at=now,
        reply_due_at=now + due_ms,
        slot_until=None,
        hold_until_event=None,
        left_at=None,
        excluded=[],
        **pauses.time_held(room),
    )
    turn = Assignment(room_id=room.id, agent=agent.agent, reason=reason, assigned_at=now, decision=decision)
    db.session.add(turn)
    db.session.flush()
    log.append(room, "p", "assign", assignee=agent.agent, name=agent.name)
    with contextlib.suppress(RoomFull):  # the assignee may speak in any case
        members.join(room, actor_of(agent), "agent")
    if known != agent.agent:
        lines.say(room, "system", f"here-{turn.id}", f"{agent.name} is here.")
    desk_news.announce_room(room, "assigned", agent=agent.agent, reason=reason)


def claim_room(room: Room, actor: Actor) -> None:
    """Take a room oneself, inside the running transaction; what an agent has already, only a supervisor takes.

    Raises RoomChanged when somebody was faster, RoomClosed for what was given up and begun anew, AgentFull, AgentAway.
    """
    lock_room(room)
    if room.assignee == actor.subject and room.status in ("assigned", "open", "waiting"):
        return
    if room.status in ("assigned", "open", "waiting") and not actor.is_supervisor:
        raise RoomChanged("Another agent has this conversation by now", state=room.status)
    if find_agent(actor.subject) is None:
        raise AgentAway(GO_ONLINE)
    # Who clicks is there, whatever presence knows of it yet.
    lease = sa.case((attendance.IS_AGING, now_ms() + attendance.LEASE_MS), else_=Agent.lease_until)
    hand_over(room, actor.subject, actor, "manual", BY_HAND, lease_until=lease)


def assign_room(room: Room, agent: str, by: Actor) -> None:
    """Give a room to an agent, who must be there, inside the running transaction. Raises as `claim_room`, and Forbidden."""
    lock_room(room)
    if not (by.is_supervisor or by.subject == room.assignee or room.assignee is None):
        raise Forbidden("Only its agent or a supervisor may give this conversation away")
    if room.assignee != agent or room.status in ("queued", "offline"):
        hand_over(room, agent, by, "manual", slots.AVAILABLE)


def hand_over(
    room: Room, subject: str, by: Actor, reason: str, *conditions: sa.ColumnElement[bool], **values: Any
) -> None:
    """By hand, with the room's row taken: from the queue, or from whoever has it."""
    agent, held_by = get_agent(subject), room.assignee if slots.is_held(room) else None
    if room.status in ("offline", "abandoned"):
        queueing.enter_queue(room, room.queued_at or read_now())
    # Two agents' rows are taken in one order everywhere.
    if held_by and held_by < subject:
        slots.free_slot(held_by)
    written = take_by_hand(room, agent, by, reason, *conditions, **values)
    if held_by and held_by > subject:
        slots.free_slot(held_by)
    queueing.end_assignment(room, "transferred" if reason == "transfer" else "taken")
    before = room.assignee
    give_room(room, agent, written, {"by": by.subject})
    if before != subject:
        queueing.see_off(room, before)


def take_by_hand(
    room: Room, agent: Agent, by: Actor, reason: str, *conditions: sa.ColumnElement[bool], **values: Any
) -> str:
    """Answers the reason that is written down: more than an agent takes is a supervisor's decision, and on record."""
    if slots.take_slot(agent.agent, slots.SPARE, *conditions, **values):
        return reason
    is_own = by.subject == agent.agent
    if not slots.meets(agent.agent, *conditions):
        raise AgentAway(GO_ONLINE if is_own else f"{agent.name} is not available now")
    if not (by.is_supervisor and slots.take_slot(agent.agent, *conditions, **values)):
        name = "You are" if is_own else f"{agent.name} is"
        raise AgentFull(
            f"{name} full: {agent.open_count} of {agent.capacity} conversations are taken", agent=agent.name
        )
    figures = {"agent": agent.agent, "open": agent.open_count, "capacity": agent.capacity}
    audit.record("chat_override", f"room:{room.public_id}", actor=by.subject, role=by.role, after=figures)
    return "override"
