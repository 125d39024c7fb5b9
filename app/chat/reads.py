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
    seq = min(seq, room.head_of(stream))
    values = {mark: seq}
    if stream == "p":
        values[Participant.delivered_p] = seq
    moved = db.session.execute(
        sa.update(Participant)
        .where(
            Participant.room_id == room.id,
            Participant.actor == subject,
            Participant.left_at.is_(None),
            mark < seq,
        )
        .values(values)
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        return False
    if stream == "p":
        outbox.announce(READ, f"{room.public_id} {subject}", seq)
    return True
