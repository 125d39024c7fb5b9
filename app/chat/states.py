"""The moves of a room's state: each is one conditional update and one entry in the log, in the caller's transaction."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from app.chat import events, log
from app.chat.errors import RoomChanged
from app.chat.models import Room
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

    Raises RoomChanged when it is no longer as it was read, or cannot go there.
    """
    if to not in MOVES[room.status]:
        raise RoomChanged(f"A room that is {room.status} cannot become {to}", status=room.status)
    change(room, status=to, **values)
    log.append(room, "p", "status", status=to)
    if to in events.ENDED:
        outbox.announce(events.ROOM_ENDED, room.public_id)


def change(room: Room, **values: Any) -> None:
    """Change the room's row if it is still as it was read. Raises RoomChanged."""
    changed = db.session.execute(
        sa.update(Room)
        .where(Room.id == room.id, Room.status == room.status, Room.version == room.version)
        .values(version=Room.version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        db.session.refresh(room)
        raise RoomChanged(status=room.status)
    # What was just written need not be read again: every message comes through here.
    for name, value in {"version": room.version + 1, **values}.items():
        set_committed_value(room, name, value)
