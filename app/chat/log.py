"""The only writer of a room's log: one order for everybody, without gaps, told to the room after the commit."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from app.chat.models import Room, RoomEvent
from app.core import outbox
from app.core.database import db, now_ms

CHAT_EVENT = "chat_event"
HEADS = {"p": Room.head_p, "i": Room.head_i}


@dataclass(frozen=True)
class Place:
    """A number in one stream, and when it was given, by the database's clock."""

    stream: str
    seq: int
    at: int


def take_place(room: Room, stream: str) -> Place:
    """The stream's next number, and with it the room's row: whoever else writes to the room waits for the commit."""
    head = HEADS[stream]
    taken = db.session.execute(
        sa.update(Room)
        .where(Room.id == room.id)
        .values({head: head + 1})
        .returning(head, now_ms())
        .execution_options(synchronize_session=False)
    ).one()
    set_committed_value(room, head.key, taken[0])
    return Place(stream, *taken)


def append(room: Room, stream: str, kind: str, *, message_id: int | None = None, **payload: Any) -> int:
    """Write one entry of the log; answers its number."""
    place = take_place(room, stream)
    write_event(room, place, kind, message_id, payload)
    return place.seq


def write_event(room: Room, place: Place, kind: str, message_id: int | None, payload: dict[str, Any]) -> None:
    """At a place that was taken in this transaction."""
    db.session.execute(
        sa.insert(RoomEvent).values(
            room_id=room.id,
            stream=place.stream,
            seq=place.seq,
            type=kind,
            message_id=message_id,
            payload=payload,
            created_at=place.at,
        )
    )
    key = f"{room.public_id}:{place.stream}:{place.seq}"
    outbox.announce(CHAT_EVENT, key, room=room.id, stream=place.stream, seq=place.seq)
