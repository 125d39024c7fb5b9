"""Finding conversations by what was said and by who was in them, among those that the searcher may read.

The words are looked for by a plain LIKE, which both databases know, in the newest MOST_READ messages: what a search costs
does not grow with how much is kept.
"""

import re
from dataclasses import dataclass

import sqlalchemy as sa
from markupsafe import Markup, escape

from app.chat.access import Actor, as_member, at_desk
from app.chat.console.inbox import matches
from app.chat.console.inbox_rows import Row, make_rows, selected
from app.chat.models import Message, Room
from app.core.database import db

PAGE = 20
MOST_PEOPLE = 8
SHORTEST = 2
LONGEST = 80
MOST_READ = 100_000
AROUND = 60


@dataclass(frozen=True)
class Hit:
    """One message. `excerpt` has the words marked and everything else escaped."""

    room: str
    path: str
    name: str
    speaker: str
    at: int
    is_note: bool
    excerpt: Markup


@dataclass(frozen=True)
class Found:
    hits: list[Hit]
    people: list[Row]
    more: int | None


def search(actor: Actor, text: str, before: int | None = None) -> Found:
    """Newest first; `more` is where the next page begins. People and orders come with the first page."""
    if len(text) < SHORTEST:
        return Found([], [], None)
    messages = find_messages(actor, text, before)
    page = messages[:PAGE]
    people = [] if before else find_people(actor, text)
    rooms = name_rooms(actor, {message.room_id for message in page})
    hits = [make_hit(message, rooms[message.room_id], text) for message in page]
    return Found(hits, people, page[-1].id if len(messages) > PAGE else None)


def find_messages(actor: Actor, text: str, before: int | None) -> list[Message]:
    """A note is open to whoever has the room as one of the desk, and rooms with members have none."""
    desk, member = (sa.select(Room.id).where(each) for each in (at_desk(actor), as_member(actor)))
    is_open = Message.room_id.in_(desk) | ((Message.stream == "p") & Message.room_id.in_(member))
    newest = sa.select(sa.func.max(Message.id)).scalar_subquery()
    wanted = (
        sa.select(Message)
        .where(Message.id > newest - MOST_READ, Message.side != "system")
        .where(Message.body.icontains(text, autoescape=True), is_open)
        .order_by(Message.id.desc())
        .limit(PAGE + 1)
    )
    return list(db.session.scalars(wanted if before is None else wanted.where(Message.id < before)))


def find_people(actor: Actor, text: str) -> list[Row]:
    found = db.session.execute(
        selected()
        .where(at_desk(actor), matches(text), Room.head_p > 0)
        .order_by(Room.id.desc())
        .limit(MOST_PEOPLE)
    ).all()
    return make_rows(actor, found)


def name_rooms(actor: Actor, ids: set[int]) -> dict[int, tuple[Room, str]]:
    if not ids:
        return {}
    found = db.session.execute(selected().where(Room.id.in_(ids))).all()
    return {room.id: (room, name if room.is_desk else room.subject) for room, name, _, _ in found}


def make_hit(message: Message, named: tuple[Room, str], text: str) -> Hit:
    room, name = named
    home = "/staff/chat/rooms" if room.is_desk else "/staff/rooms"
    return Hit(
        room=room.public_id,
        path=f"{home}/{room.public_id}#m-{message.stream}-{message.seq}",
        name=name,
        speaker=message.sender_name,
        at=message.created_at,
        is_note=message.stream == "i",
        excerpt=mark_words(message.body, text),
    )


def mark_words(body: str, text: str) -> Markup:
    """The part of the body around the first match, each match within it marked."""
    first = re.search(re.escape(text), body, re.IGNORECASE)
    start = max(0, first.start() - AROUND) if first else 0
    end = (first.end() if first else 0) + 2 * AROUND
    parts = re.split(f"({re.escape(text)})", body[start:end], flags=re.IGNORECASE)
    marked = Markup("").join(
        Markup("<mark>{}</mark>").format(part) if place % 2 else escape(part)
        for place, part in enumerate(parts)
    )
    return Markup("{}{}{}").format("…" if start else "", marked, "…" if end < len(body) else "")
