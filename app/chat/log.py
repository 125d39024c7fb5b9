"""The only writer of a room's log: one order for everybody, without gaps, told to the room after the commit."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from app.chat.models import Room, RoomEvent
from app.core.database import db, now_ms
from app.core.told_row import ToldRow

CHAT_EVENT = "chat_event"
HEADS = {"p": Room.head_p, "i": Room.head_i}
ENTRY = ToldRow(RoomEvent.__table__)


@dataclass(frozen=True)
class Place:
    """A number in one stream, and when it was given, by the database's clock."""

    stream: str
    seq: int
    at: int


def take_place(room: Room, stream: str) -> Place:
    """The stream's next number, and with it the room's row: whoever else writes to the room waits for the commit."""
    place = take_place_if(room, stream)
    assert place, "a room's row outlives its log"
    return place


def take_place_if(
    room: Room, stream: str, *conditions: sa.ColumnElement[bool], **values: Any
) -> Place | None:
    """With what else changes of the row, in one statement; None, and nothing is changed, where a condition fails."""
    head = HEADS[stream]
    taken = db.session.execute(
        sa.update(Room)
        .where(Room.id == room.id, *conditions)
        .values({head.key: head + 1, **values})
        .returning(head, now_ms())
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if taken is None:
        return None
    set_committed_value(room, head.key, taken[0])
    return Place(stream, *taken)


def append(room: Room, stream: str, kind: str, *, message_id: int | None = None, **payload: Any) -> int:
    """Write one entry of the log; answers its number."""
    place = take_place(room, stream)
    write_event(room, place, kind, message_id, payload)
    return place.seq


def write_event(room: Room, place: Place, kind: str, message_id: int | None, payload: dict[str, Any]) -> None:
    """At a place that was taken in this transaction."""
    entry = {
        "room_id": room.id,
        "stream": place.stream,
        "seq": place.seq,
        "type": kind,
        "message_id": message_id,
        "payload": payload,
        "created_at": place.at,
    }
    key = f"{room.public_id}:{place.stream}:{place.seq}"
    where = {"room": room.id, "stream": place.stream, "seq": place.seq}
    ENTRY.write(entry, CHAT_EVENT, key, **where)
