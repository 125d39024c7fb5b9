"""Handing a conversation on, with a note and a summary that only the desk sees. Inside the running transaction."""

import secrets

import sqlalchemy as sa

from app.chat import lines, messages
from app.chat.access import Actor
from app.chat.desk import assignment, endings, queueing, slots
from app.chat.desk.agents import name_of
from app.chat.errors import RoomChanged
from app.chat.lines import Draft
from app.chat.models import Department, Message, Room
from app.chat.queries import lock_room
from app.core.clock import from_ms
from app.core.database import db
from app.core.errors import Invalid, NotFound
from app.orders import checkout
from app.orders import queries as orders

FROM = ("assigned", "open", "waiting", "on_hold")


def transfer_to_agent(room: Room, actor: Actor, agent: str, note: str) -> None:
    """Raises AgentAway and AgentFull, which a supervisor may overrule; Invalid without a note, Forbidden, RoomChanged."""
    prepare(room, actor, note)
    if agent == room.assignee and room.status != "on_hold":
        raise Invalid(errors=[{"field": "agent", "message": "This agent has the conversation already"}])
    summary = summarise(room)
    assignment.hand_over(room, agent, actor, "transfer", slots.AVAILABLE)
    hand_down(room, actor, note, summary)


def transfer_to_department(room: Room, actor: Actor, department_id: int, note: str) -> None:
    """Into the other department's queue, before those who have not been let in yet. Raises as `transfer_to_agent`."""
    prepare(room, actor, note)
    if db.session.get(Department, department_id) is None:
        raise NotFound("There is no such department")
    summary, before = summarise(room), room.assignee
    queueing.let_go(room, "transferred")
    excluded = [before] if before else []
    front = queueing.front_of_band(room)
    queueing.enter_queue(room, front, department_id=department_id, excluded=excluded)
    hand_down(room, actor, note, summary)
    queueing.see_off(room, before)


def prepare(room: Room, actor: Actor, note: str) -> None:
    if not note.strip():
        raise Invalid(errors=[{"field": "note", "message": "Say what the next one should know"}])
    lock_room(room)
    if room.status not in FROM:
        raise RoomChanged("Only a conversation that an agent has can be transferred", state=room.status)
    endings.check_assignee(room, actor)


def hand_down(room: Room, actor: Actor, note: str, summary: str) -> None:
    """After the move, so that who gets the room finds both at the end of the notes."""
    lines.say(room, "system", f"summary-{room.version}", summary, stream="i")
    messages.post_message(room, actor, Draft(secrets.token_hex(16), note, "i"))


def summarise(room: Room) -> str:
    """What the next one would otherwise have to look for."""
    by = name_of(room.assignee) or "nobody"
    lines = [
        f"{room.name or 'Guest'}, here since {from_ms(room.opened_at):%d %b %H:%M} UTC, so far with {by}.",
        f"{count_said(room, 'shopper')} messages of the shopper, {count_said(room, 'agent')} of agents.",
    ]
    if room.owner:
        lines.append(describe_things(room.owner))
    return "\n".join(lines)


def count_said(room: Room, side: str) -> int:
    said = sa.select(sa.func.count()).where(
        Message.room_id == room.id, Message.stream == "p", Message.side == side
    )
    return db.session.scalar(said) or 0


def describe_things(owner: str) -> str:
    cart, held = orders.count_cart(owner), sum(checkout.kept_units(owner).values())
    return f"In the cart: {cart or 'nothing'}. Held for them: {held or 'nothing'}."
