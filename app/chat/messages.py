"""Saying something: exactly once in the log, however often it is sent."""

import hashlib
import re
from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app

from app.chat import filters, log, queries, text
from app.chat.access import Actor
from app.chat.card_numbers import mask_cards
from app.chat.desk import turns
from app.chat.errors import ClientIdReused, RoomClosed
from app.chat.files.removal import remove_files_of
from app.chat.lines import Draft, write_line
from app.chat.models import Message, QuotedCard, Room
from app.core.database import after_commit, db, read_now
from app.core.errors import Invalid

CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


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
    message = write_line(room, actor, draft, filtered, fingerprint)
    turns.take_turn(room, actor, message)
    return Posted(message)


def read_body(draft: Draft) -> str:
    if draft.kind == "text":
        return text.check_message(draft.body, current_app.config["SETTINGS"].CHAT_MAX_MESSAGE_LENGTH)
    return text.normalise(draft.body)


def check_client_id(client_id: str) -> None:
    if not CLIENT_ID.fullmatch(client_id):
        raise Invalid(errors=[{"field": "clientId", "message": "8 to 64 letters, digits, - or _"}])


def redact_message(room: Room, message: Message) -> None:
    """Take the words away, for everybody and for good; the number stays, so that nobody's log gets a hole."""
    if message.redacted_at is not None:
        return
    message.body, message.payload, message.redacted_at = "", {}, read_now()
    db.session.flush()
    log.append(room, message.stream, "redact", message_id=message.id)
    db.session.execute(sa.delete(QuotedCard).where(QuotedCard.message_id == message.id))
    if message.kind == "file":
        message_id = message.id
        after_commit(lambda: remove_files_of([message_id]))
