"""One line of a conversation as it is written: its number, its row, its entry in the log. `messages` decides what may be."""

from dataclasses import dataclass, field
from typing import Any

from app.chat import log, queries
from app.chat.access import SYSTEM, Actor
from app.chat.filters import Filtered
from app.chat.models import Message, Room
from app.core.database import db


@dataclass(frozen=True)
class Draft:
    """What somebody sends. `client_id` is made once for each press of Send; `body` is plain text as it was typed."""

    client_id: str
    body: str
    stream: str = "p"
    kind: str = "text"
    payload: dict[str, Any] = field(default_factory=dict)


def write_line(room: Room, actor: Actor, draft: Draft, filtered: Filtered, fingerprint: str) -> Message:
    place = log.take_place(room, draft.stream)
    message = Message(
        room_id=room.id,
        stream=place.stream,
        seq=place.seq,
        sender=actor.subject,
        sender_name=room.name if actor.subject == room.owner and room.name else actor.name,
        side=side_of(room, actor),
        client_id=draft.client_id,
        body_hash=fingerprint,
        kind=draft.kind,
        body=filtered.text,
        payload=draft.payload,
        filter_result=filtered.result,
        created_at=place.at,
    )
    db.session.add(message)
    db.session.flush()
    log.write_event(room, place, "message", message.id, {})
    return message


def side_of(room: Room, actor: Actor) -> str:
    if actor.subject == SYSTEM.subject:
        return "system"
    return "agent" if actor.is_staff and actor.subject != room.owner else "shopper"


def say(room: Room, kind: str, key: str, body: str, *, stream: str = "p", **payload: Any) -> Message | None:
    """A line of our own in the running transaction, once for each `key`; None when it was there already."""
    queries.lock_room(room)
    if queries.find_message(room.id, SYSTEM.subject, key):
        return None
    draft = Draft(key, body, stream, kind, payload)
    return write_line(room, SYSTEM, draft, Filtered(body), "")
