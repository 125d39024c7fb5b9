"""The moves of a room's state: each is one conditional update and one entry in the log, in the caller's transaction.

Between open and waiting a message moves the room, and is the entry that tells of it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import set_committed_value

from app.chat import events, log, queries
from app.chat.errors import RoomChanged, RoomClosed
from app.chat.models import Room
from app.chat.models.room import LIVE
from app.core import outbox
from app.core.database import db

# From each state, where it may go. Source: the state machine of the design, with the desk's own way out of each.
MOVES: dict[str, tuple[str, ...]] = {
    "offline": ("queued", "resolved", "closed"),
    "queued": ("assigned", "abandoned", "resolved", "closed"),
    "assigned": ("open", "waiting", "queued", "assigned", "resolved"),
    "open": ("waiting", "queued", "assigned", "on_hold", "resolved"),
    "waiting": ("open", "queued", "assigned", "on_hold", "resolved"),
    "on_hold": ("queued", "assigned", "resolved"),
    "abandoned": ("queued", "offline", "closed"),
    "resolved": ("queued", "offline", "closed"),
    "closed": (),
}


def move(room: Room, to: str, **values: Any) -> None:
    """Take `room`, as it was read, to another state, which it shows afterwards.

    Raises RoomChanged when it is no longer as it was read, or cannot go there; RoomClosed when it would come back to life
    beside another one of its shopper's.
    """
    if to not in MOVES[room.status]:
        raise RoomChanged(f"A room that is {room.status} cannot become {to}", state=room.status)
    values |= {"status": to}
    with one_live_room(room, to):
        place = log.take_place_if(room, "p", *as_read(room), version=Room.version + 1, **values)
    if place is None:
        raise refusal(room)
    show(room, values)
    log.write_event(room, place, "status", None, {"status": to})
    if to in events.ENDED:
        outbox.announce(events.ROOM_ENDED, room.public_id)


@contextmanager
def one_live_room(room: Room, to: str) -> Iterator[None]:
    """A shopper has one at a time: the table's own index says so, whoever was faster."""
    if room.is_live or to not in LIVE:
        yield
        return
    try:
        with db.session.begin_nested():
            yield
    except IntegrityError:
        live = queries.find_live_room(room.owner or "")
        where = {"room": live.public_id} if live else {}
        raise RoomClosed("There is another conversation by now; go on there", **where) from None


def change(room: Room, **values: Any) -> None:
    """Change the room's row if it is still as it was read. Raises RoomChanged."""
    changed = db.session.execute(
        sa.update(Room)
        .where(Room.id == room.id, *as_read(room))
        .values(version=Room.version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise refusal(room)
    show(room, values)


def as_read(room: Room) -> tuple[sa.ColumnElement[bool], ...]:
    return Room.status == room.status, Room.version == room.version


def refusal(room: Room) -> RoomChanged:
    db.session.refresh(room)
    return RoomChanged(state=room.status)


def show(room: Room, values: dict[str, Any]) -> None:
    """What was just written need not be read again: every message comes through here."""
    for name, value in {"version": room.version + 1, **values}.items():
        set_committed_value(room, name, value)
