"""The time that a room waits for the store: nobody's answer is late meanwhile."""

from typing import Any

import sqlalchemy as sa

from app.chat.models import Assignment, Room
from app.core.database import db, read_now


def begun(room_id: Any) -> sa.Select[int | None]:
    """When the last agent of a room put it on hold; `room_id` may be a column."""
    return sa.select(sa.func.max(Assignment.ended_at)).where(
        Assignment.room_id == room_id, Assignment.end_reason == "on_hold"
    )


def time_held(room: Room) -> dict[str, int]:
    """What `on_hold_ms` becomes when a room leaves its state now; nothing for one that is not on hold."""
    if room.status != "on_hold":
        return {}
    now = read_now()
    return {"on_hold_ms": room.on_hold_ms + max(0, now - (db.session.scalar(begun(room.id)) or now))}
