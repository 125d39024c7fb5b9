"""Reading rooms and their logs."""

from collections.abc import Sequence

import sqlalchemy as sa

from app.chat.errors import UnknownRoom
from app.chat.models import Assignment, Message, Participant, Room, RoomEvent
from app.chat.models.room import LIVE
from app.core.database import db

PAGE = 50
EVENTS_PAGE = 200


def find_room(public_id: str) -> Room | None:
    return db.session.scalar(sa.select(Room).where(Room.public_id == public_id))


def get_room(room_id: int) -> Room:
    """As the database has it now. Raises UnknownRoom."""
    room = db.session.get(Room, room_id, populate_existing=True)
    if room is None:
        raise UnknownRoom()
    return room


def lock_room(room: Room) -> None:
    """Bring `room` up to date and keep others from changing it until the running transaction ends."""
    db.session.refresh(room, with_for_update=True)


def find_message(room_id: int, sender: str, client_id: str) -> Message | None:
    return db.session.scalar(
        sa.select(Message).where(
            Message.room_id == room_id, Message.sender == sender, Message.client_id == client_id
        )
    )


def find_current_room(owner: str) -> Room | None:
    """The conversation that this shopper's widget shows: the live one, or the newest that may still be reopened."""
    return db.session.scalar(
        sa.select(Room)
        .where(Room.owner == owner, Room.kind.in_(("support", "sales")), Room.status != "closed")
        .order_by(Room.status.in_(LIVE).desc(), Room.id.desc())
        .limit(1)
    )


def find_live_room(owner: str) -> Room | None:
    """At most one: the table's own index says so."""
    return db.session.scalar(
        sa.select(Room).where(Room.owner == owner, Room.kind.in_(("support", "sales")), Room.status.in_(LIVE))
    )


def count_queued() -> int:
    return db.session.scalar(sa.select(sa.func.count()).where(Room.status == "queued")) or 0


def find_order_room(owner: str, order_id: int) -> Room | None:
    return db.session.scalar(
        sa.select(Room)
        .where(Room.owner == owner, Room.order_id == order_id, Room.kind == "order", Room.status != "closed")
        .order_by(Room.id.desc())
        .limit(1)
    )


def find_last_agent(room: Room) -> str | None:
    """Who has the room, or had it last."""
    return db.session.scalar(
        sa.select(Assignment.agent)
        .where(Assignment.room_id == room.id)
        .order_by(Assignment.id.desc())
        .limit(1)
    )


def list_entries(places: Sequence[tuple[int, str, int]]) -> list[tuple[Room, RoomEvent, Message | None]]:
    """Entries of logs with their rooms and, where they are about one, their messages, as the database has them now.

    Each place is a room's id, stream and number; what is not there any more is left out.
    """
    where = (
        sa.and_(RoomEvent.room_id == room, RoomEvent.stream == of, RoomEvent.seq == n)
        for room, of, n in places
    )
    found = db.session.execute(
        sa.select(Room, RoomEvent, Message)
        .join(RoomEvent, RoomEvent.room_id == Room.id)
        .outerjoin(Message, Message.id == RoomEvent.message_id)
        .where(sa.or_(*where))
        .order_by(RoomEvent.id)
        .execution_options(populate_existing=True)
    )
    return [(room, entry, message) for room, entry, message in found]


def list_events(room_id: int, stream: str, after: int, limit: int = EVENTS_PAGE) -> Sequence[RoomEvent]:
    """What came after `after`, oldest first."""
    return db.session.scalars(
        sa.select(RoomEvent)
        .where(RoomEvent.room_id == room_id, RoomEvent.stream == stream, RoomEvent.seq > after)
        .order_by(RoomEvent.seq)
        .limit(limit)
    ).all()


def list_messages(
    room_id: int, stream: str, *, before: int | None = None, limit: int = PAGE
) -> Sequence[Message]:
    """The newest messages with a smaller number than `before`, oldest first."""
    newest = sa.select(Message).where(Message.room_id == room_id, Message.stream == stream)
    if before is not None:
        newest = newest.where(Message.seq < before)
    return list(reversed(db.session.scalars(newest.order_by(Message.seq.desc()).limit(limit)).all()))


def list_messages_after(room_id: int, stream: str, after: int, limit: int = PAGE) -> Sequence[Message]:
    """The next ones with a greater number than `after`, oldest first."""
    return db.session.scalars(
        sa.select(Message)
        .where(Message.room_id == room_id, Message.stream == stream, Message.seq > after)
        .order_by(Message.seq)
        .limit(limit)
    ).all()


def get_messages(ids: Sequence[int]) -> dict[int, Message]:
    rows = db.session.scalars(sa.select(Message).where(Message.id.in_(ids)))
    return {message.id: message for message in rows}


def list_participants(room_id: int) -> Sequence[Participant]:
    """Who is in the room now, in the order they came."""
    return db.session.scalars(
        sa.select(Participant)
        .where(Participant.room_id == room_id, Participant.left_at.is_(None))
        .order_by(Participant.joined_at, Participant.actor)
    ).all()


def count_unread(room_id: int, reader: str, read_p: int) -> int:
    """Public messages by others that `reader` has not seen."""
    return (
        db.session.scalar(
            sa.select(sa.func.count()).where(
                Message.room_id == room_id,
                Message.stream == "p",
                Message.seq > read_p,
                Message.sender != reader,
            )
        )
        or 0
    )
