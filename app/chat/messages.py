"""Saying something: exactly once in the log, however often it is sent."""

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

from flask import current_app

from app.chat import filters, log, queries, text
from app.chat.access import SYSTEM, Actor
from app.chat.card_numbers import mask_cards
from app.chat.desk import turns
from app.chat.errors import ClientIdReused, RoomClosed
from app.chat.files.removal import remove_files_of
from app.chat.filters import Filtered
from app.chat.models import Message, Room
from app.core.database import after_commit, db, read_now
from app.core.errors import Invalid

CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


@dataclass(frozen=True)
class Draft:
    """What somebody sends. `client_id` is made once for each press of Send; `body` is plain text as it was typed."""

    client_id: str
    body: str
    stream: str = "p"
    kind: str = "text"
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Posted:
    message: Message
    duplicate: bool = False


def post_message(room: Room, actor: Actor, draft: Draft) -> Posted:
    """Write a message inside the running transaction; the same id again answers what was written the first time.

    Whoever calls has checked the right to post. Raises Invalid for an empty or too long text, what filters.filter_text
    raises for a blocked one, ClientIdReused for an old id with another text, RoomClosed.
    """
    check_client_id(draft.client_id)
    masked = mask_cards(read_body(draft))
    filtered = filters.filter_text(masked)
    # A second sender of the same id waits here, and then finds the first one's.
    queries.lock_room(room)
    fingerprint = hashlib.sha256(f"{draft.stream} {draft.kind} {masked}".encode()).hexdigest()
    if earlier := queries.find_message(room.id, actor.subject, draft.client_id):
        if earlier.body_hash != fingerprint:
            raise ClientIdReused()
        return Posted(earlier, duplicate=True)
    if room.status == "closed":
        raise RoomClosed()
    message = write_message(room, actor, draft, filtered, fingerprint)
    turns.take_turn(room, actor, message)
    return Posted(message)


def read_body(draft: Draft) -> str:
    if draft.kind == "text":
        return text.check_message(draft.body, current_app.config["SETTINGS"].CHAT_MAX_MESSAGE_LENGTH)
    return text.normalise(draft.body)


def check_client_id(client_id: str) -> None:
    if not CLIENT_ID.fullmatch(client_id):
        raise Invalid(errors=[{"field": "clientId", "message": "8 to 64 letters, digits, - or _"}])


def write_message(room: Room, actor: Actor, draft: Draft, filtered: Filtered, fingerprint: str) -> Message:
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
    return write_message(room, SYSTEM, draft, Filtered(body), "")


def redact_message(room: Room, message: Message) -> None:
    """Take the words away, for everybody and for good; the number stays, so that nobody's log gets a hole."""
    if message.redacted_at is not None:
        return
    message.body, message.payload, message.redacted_at = "", {}, read_now()
    db.session.flush()
    log.append(room, message.stream, "redact", message_id=message.id)
    if message.kind == "file":
        message_id = message.id
        after_commit(lambda: remove_files_of([message_id]))
