"""How far somebody has read: a mark that only moves forward."""

import sqlalchemy as sa

from app.chat.models import Participant, Room
from app.core import outbox
from app.core.database import db

READ = "chat_read"
MARKS = {"p": Participant.read_p, "i": Participant.read_i}


def mark_read(room: Room, subject: str, stream: str, seq: int) -> bool:
    """Inside the running transaction; False when nothing moved. What lies ahead of the log counts as its head."""
    mark = MARKS[stream]
    head = room.head_p if stream == "p" else room.head_i
    values = {mark: min(seq, head)}
    if stream == "p":
        values[Participant.delivered_p] = min(seq, head)
    moved = db.session.execute(
        sa.update(Participant)
        .where(
            Participant.room_id == room.id,
            Participant.actor == subject,
            Participant.left_at.is_(None),
            mark < min(seq, head),
        )
        .values(values)
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        return False
    if stream == "p":
        outbox.announce(READ, f"{room.public_id} {subject}", seq)
    return True
