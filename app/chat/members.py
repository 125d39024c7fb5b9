"""Coming into a room and leaving it."""

import sqlalchemy as sa
from flask import current_app

from app.chat.access import Actor, find_participant
from app.chat.errors import RoomFull
from app.chat.models import Participant, Room
from app.core.database import db, now_ms, read_now
from app.realtime.revocations import revoke_channel


def join(room: Room, actor: Actor, role: str) -> None:
    """Nothing changes for whoever is in already. Raises RoomFull when CHAT_MAX_PARTICIPANTS are."""
    if find_participant(room.id, actor.subject):
        return
    # Whoever else comes in or leaves waits for this transaction; two tabs of one actor would count twice otherwise.
    db.session.execute(sa.select(Room.id).where(Room.id == room.id).with_for_update())
    member = db.session.get(Participant, (room.id, actor.subject), populate_existing=True)
    if member and member.left_at is None:
        return
    most = current_app.config["SETTINGS"].CHAT_MAX_PARTICIPANTS
    counted = db.session.execute(
        sa.update(Room)
        .where(Room.id == room.id, Room.participant_count < most)
        .values(participant_count=Room.participant_count + 1)
        .execution_options(synchronize_session=False)
    )
    if counted.rowcount != 1:  # type: ignore[attr-defined]
        raise RoomFull(f"A room has {most} people at most", most=most)
    if member:
        member.left_at, member.role = None, role
    else:
        db.session.add(
            Participant(
                room_id=room.id, actor=actor.subject, role=role, name=actor.name, joined_at=read_now()
            )
        )
    db.session.flush()


def leave(room: Room, subject: str) -> bool:
    """End the rights of `subject` in this room, and what its sockets hear of it; False if it was not in."""
    left = db.session.execute(
        sa.update(Participant)
        .where(Participant.room_id == room.id, Participant.actor == subject, Participant.left_at.is_(None))
        .values(left_at=now_ms())
    )
    if left.rowcount != 1:  # type: ignore[attr-defined]
        return False
    db.session.execute(
        sa.update(Room)
        .where(Room.id == room.id)
        .values(participant_count=Room.participant_count - 1)
        .execution_options(synchronize_session=False)
    )
    for channel in (f"room:{room.public_id}", f"room:{room.public_id}:staff"):
        revoke_channel(channel, subject)
    return True
