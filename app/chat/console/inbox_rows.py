"""One conversation as a line of the agents' list."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.chat.access import Actor
from app.chat.desk.wait_timers import WaitTimer, timer_of
from app.chat.models import Agent, Message, Participant, Room
from app.core.database import db
from app.orders.models import Order

MOST_COUNTED = 99
WORDS = {
    "offline": "Left a message",
    "queued": "Waiting",
    "assigned": "New for {who}",
    "open": "With {who}",
    "waiting": "Shopper's turn",
    "on_hold": "On hold",
    "abandoned": "Left",
    "resolved": "Resolved",
    "closed": "Closed",
}


shopper = aliased(Participant)
# What was typed into the form comes before the account's name.
shopper_name = sa.func.coalesce(
    sa.func.nullif(Room.name, ""),
    sa.func.nullif(shopper.name, "Guest"),
    sa.func.nullif(Room.email, ""),
    "Guest",
)


@dataclass(frozen=True)
class Row:
    """One conversation in the list. `unread` stops at MOST_COUNTED; `last_at` is when something was said last."""

    id: str
    name: str
    subject: str
    order: str
    status: str
    state: str
    last_line: str
    last_by: str
    last_at: int
    unread: int
    timer: WaitTimer | None

    @property
    def initials(self) -> str:
        return initials(self.name)

    @property
    def path(self) -> str:
        return f"/staff/chat/rooms/{self.id}"


@dataclass(frozen=True)
class Told:
    """What is known of a room besides its own row."""

    name: str
    number: str
    last: Message | None
    unread: int


def selected() -> sa.Select[Room, str, str, int]:
    """What make_rows takes; the caller says of which rooms."""
    return (
        sa.select(Room, shopper_name, Order.number, last_message())
        .outerjoin(Order, Order.id == Room.order_id)
        .outerjoin(shopper, (shopper.room_id == Room.id) & (shopper.actor == Room.owner))
    )


def last_message() -> sa.ScalarSelect[int]:
    """What a person said last in public."""
    return (
        sa.select(Message.id)
        .where(Message.room_id == Room.id, Message.stream == "p", Message.side != "system")
        .order_by(Message.seq.desc())
        .limit(1)
        .correlate(Room)
        .scalar_subquery()
    )


def make_rows(actor: Actor, found: Sequence[sa.Row[Room, str, str, int]]) -> list[Row]:
    messages = {
        message.id: message
        for message in db.session.scalars(
            sa.select(Message).where(Message.id.in_([last for *_, last in found if last]))
        )
    }
    unread = count_unread(actor, [room.id for room, *_ in found])
    names = name_agents({room.assignee for room, *_ in found if room.assignee})
    return [
        make_row(
            actor, room, Told(name, number or "", messages.get(last or 0), unread.get(room.id, 0)), names
        )
        for room, name, number, last in found
    ]


def make_row(actor: Actor, room: Room, told: Told, names: dict[str, str]) -> Row:
    last = told.last
    who = "you" if room.assignee == actor.subject else names.get(room.assignee or "", "an agent")
    return Row(
        id=room.public_id,
        name=told.name,
        subject=room.subject,
        order=told.number,
        status=room.status,
        state=WORDS[room.status].format(who=who),
        last_line=line_of(last) if last else "Nothing said yet",
        last_by=speaker(actor, last),
        last_at=last.created_at if last else room.opened_at,
        unread=told.unread,
        timer=timer_of(room),
    )


def speaker(actor: Actor, message: Message | None) -> str:
    """Nothing for the shopper, whose line it is."""
    if message is None or message.side == "shopper":
        return ""
    return "You" if message.sender == actor.subject else message.sender_name


def line_of(message: Message) -> str:
    if message.redacted_at is not None:
        return "Taken back"
    named = {"file": "A file", "card": "A product", "hold": "Units set aside"}
    return message.body.replace("\n", " ")[:140] or named.get(message.kind, "")


def count_unread(actor: Actor, room_ids: list[int]) -> dict[int, int]:
    """By room, what shoppers said and this agent has not seen. What came before an own answer has been seen."""
    if not room_ids:
        return {}
    answered = (
        sa.select(Message.seq)
        .where(Message.room_id == Room.id, Message.stream == "p", Message.sender == actor.subject)
        .order_by(Message.seq.desc())
        .limit(1)
        .correlate(Room)
        .scalar_subquery()
    )
    seen, said = sa.func.coalesce(Participant.read_p, 0), sa.func.coalesce(answered, 0)
    read = sa.case((seen > said, seen), else_=said)
    first = sa.case((read > Room.head_p - MOST_COUNTED, read), else_=Room.head_p - MOST_COUNTED)
    rows = db.session.execute(
        sa.select(Room.id, sa.func.count())
        .select_from(Room)
        .outerjoin(Participant, (Participant.room_id == Room.id) & (Participant.actor == actor.subject))
        .join(Message, (Message.room_id == Room.id) & (Message.stream == "p") & (Message.seq > first))
        .where(Room.id.in_(room_ids), Message.side == "shopper")
        .group_by(Room.id)
    )
    return {room_id: int(count) for room_id, count in rows}


def name_agents(subjects: set[str]) -> dict[str, str]:
    if not subjects:
        return {}
    rows = db.session.execute(sa.select(Agent.agent, Agent.name).where(Agent.agent.in_(subjects)))
    return {agent: name for agent, name in rows}


def initials(name: str) -> str:
    words = [word for word in name.split() if word[:1].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"
