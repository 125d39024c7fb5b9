"""Messages as everybody sees them: the same for every viewer, ready for the one partial that shows them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.chat import queries
from app.chat.models import Attachment, Message, Room, RoomEvent
from app.chat.shelf.displays import CardDisplay, HoldDisplay, find_displays
from app.core.clock import from_ms
from app.core.database import db


@dataclass(frozen=True)
class Bubble:
    """One message. `side` is whose: of the shopper, of an agent, or of the shop itself."""

    room: str
    stream: str
    seq: int
    sender: str
    name: str
    side: str
    client_id: str
    kind: str
    body: str
    at: datetime
    is_redacted: bool
    filter_result: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    file: Attachment | None = None
    card: CardDisplay | None = None
    hold: HoldDisplay | None = None

    @property
    def data(self) -> dict[str, Any]:
        """As programs are told."""
        told = {
            "sender": self.sender,
            "name": self.name,
            "side": self.side,
            "clientId": self.client_id,
            "kind": self.kind,
            "body": self.body,
            "payload": self.payload,
            "createdAt": self.at.isoformat(timespec="milliseconds"),
            "redacted": self.is_redacted,
        }
        return told | ({"file": file_data(self.file)} if self.file else {})


@dataclass(frozen=True)
class Told:
    """One entry of a log as a client is told of it. `bubble` is there when a message is to be shown."""

    seq: int
    type: str
    at: int
    data: dict[str, Any]
    bubble: Bubble | None


@dataclass(frozen=True)
class LogPage:
    """There is more while the last number is below `head`.

    `is_reset`: what the client missed is gone; it shows the newest page of messages instead.
    """

    told: list[Told]
    head: int
    is_reset: bool


def file_data(file: Attachment) -> dict[str, Any]:
    return {
        "id": file.public_id,
        "name": file.name,
        "type": file.media_type,
        "size": file.size,
        "state": file.state,
        "reason": file.reason,
    }


def make_bubbles(room: Room, messages: Sequence[Message]) -> list[Bubble]:
    files = find_files([message.id for message in messages if message.kind == "file"])
    displays = find_displays(messages)
    return [
        Bubble(
            room=room.public_id,
            stream=message.stream,
            seq=message.seq,
            sender=message.sender,
            name=message.sender_name,
            side=message.side,
            client_id=message.client_id,
            kind=message.kind,
            body=message.body,
            at=from_ms(message.created_at),
            is_redacted=message.redacted_at is not None,
            filter_result=message.filter_result,
            payload=message.payload,
            file=files.get(message.id),
            card=displays.cards.get(message.id),
            hold=displays.holds.get(message.id),
        )
        for message in messages
    ]


def find_files(message_ids: Sequence[int]) -> dict[int, Attachment]:
    if not message_ids:
        return {}
    rows = db.session.scalars(sa.select(Attachment).where(Attachment.message_id.in_(message_ids)))
    return {row.message_id: row for row in rows if row.message_id is not None}


def list_bubbles(room: Room, stream: str, *, before: int | None = None) -> list[Bubble]:
    """One page of the newest, oldest first; before a number, of those that came before it."""
    return make_bubbles(room, queries.list_messages(room.id, stream, before=before))


def read_log(room: Room, stream: str, after: int) -> LogPage:
    """What came after a number, oldest first, at most 200 entries."""
    told = tell_events(room, queries.list_events(room.id, stream, after))
    return LogPage(told, room.head_of(stream), stream == "p" and after + 1 < room.min_p)


def tell_events(room: Room, entries: Sequence[RoomEvent]) -> list[Told]:
    ids = [entry.message_id for entry in entries if entry.message_id is not None]
    messages = queries.get_messages(ids) if ids else {}
    shown = dict(zip(messages, make_bubbles(room, list(messages.values())), strict=True))
    return [tell_event(room, entry, shown.get(entry.message_id or 0)) for entry in entries]


def tell_event(room: Room, entry: RoomEvent, bubble: Bubble | None) -> Told:
    data = {"room": room.public_id, "stream": entry.stream, "seq": entry.seq, **entry.payload}
    if bubble:
        data["message"] = {"seq": bubble.seq, **bubble.data}
    if entry.type == "message":
        data["status"] = room.status  # as it is now: a message is what moves it between open and waiting
    return Told(entry.seq, entry.type, entry.created_at, data, bubble)
