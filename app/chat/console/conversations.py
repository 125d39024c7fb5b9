"""One conversation as its agents see it: what was said and the notes on it, in the order of time, and who has it."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.chat import bubbles, queries
from app.chat.access import Actor
from app.chat.bubbles import Bubble
from app.chat.console import inbox
from app.chat.console.inbox_rows import Row, name_agents
from app.chat.desk.agents import ROLES
from app.chat.models import Message, Participant, Room
from app.core.database import db

MOST_NOTES = 200


CLAIMABLE = ("queued", "offline", "on_hold", "abandoned")
HELD = ("assigned", "open", "waiting")


@dataclass(frozen=True)
class May:
    """What the buttons above the conversation offer; the actions behind them check again."""

    claim: bool
    decline: bool
    transfer: bool
    hold: bool
    resolve: bool
    override: bool


@dataclass(frozen=True)
class Conversation:
    """`before` is where the page of earlier messages ends, None when there are none."""

    row: Row
    bubbles: list[Bubble]
    before: int | None
    people: list[Participant]
    assignee_name: str
    is_mine: bool
    may: May


def read_conversation(actor: Actor, room: Room, before: int | None = None) -> Conversation:
    """For a room that the caller has got through the door with the right to its notes."""
    public = queries.list_messages(room.id, "p", before=before)
    earlier = public[0].seq if len(public) == queries.PAGE and public[0].seq > room.min_p else None
    notes = list_notes(room, public[0] if earlier else None, public[-1] if public and before else None)
    return Conversation(
        row=inbox.read_row(actor, room),
        bubbles=bubbles.make_bubbles(room, merge(public, notes)),
        before=earlier,
        people=list(queries.list_participants(room.id)),
        assignee_name=name_agents({room.assignee}).get(room.assignee, "") if room.assignee else "",
        is_mine=room.assignee == actor.subject,
        may=what_may(actor, room),
    )


def what_may(actor: Actor, room: Room) -> May:
    is_held, is_mine = room.status in HELD, room.assignee == actor.subject
    answers = is_mine or actor.is_supervisor
    return May(
        claim=actor.role in ROLES
        and not (is_held and is_mine)
        and (room.status in CLAIMABLE or (is_held and actor.is_supervisor)),
        decline=is_mine and room.status == "assigned",
        transfer=answers and room.status in (*HELD, "on_hold"),
        hold=answers and room.status in ("open", "waiting"),
        resolve=answers and room.status in (*HELD, "on_hold"),
        override=actor.is_supervisor and room.status in ("queued", "offline", "on_hold", *HELD),
    )


def list_notes(room: Room, first: Message | None, last: Message | None) -> Sequence[Message]:
    """The notes of the time that a page of public messages covers, so that each of them is on one page."""
    wanted = sa.select(Message).where(Message.room_id == room.id, Message.stream == "i")
    if first:
        wanted = wanted.where(Message.created_at >= first.created_at)
    if last:
        wanted = wanted.where(Message.created_at <= last.created_at)
    newest = db.session.scalars(wanted.order_by(Message.seq.desc()).limit(MOST_NOTES)).all()
    return list(reversed(newest))


def merge(public: Sequence[Message], notes: Sequence[Message]) -> list[Message]:
    """By time; each stream stays in its own order."""
    return sorted([*public, *notes], key=lambda each: (each.created_at, each.stream == "i", each.seq))
