"""The order in which waiting rooms are given away."""

import sqlalchemy as sa

from app.chat.desk.bands import HIGHEST
from app.chat.models import Room
from app.core.database import db, now_ms

STEP_MS = 120_000

raised = Room.band + (now_ms() - Room.queued_at) // STEP_MS
# One band up for every two minutes waited, so that nobody waits for ever.
URGENCY = sa.case((raised > HIGHEST, HIGHEST), else_=raised)
QUEUE_ORDER = (URGENCY.desc(), Room.queued_at, Room.id)


def list_queue(department_id: int | None = None) -> list[tuple[int, int | None]]:
    """Ids and departments of those who wait, of one department or of all, the next one first.

    All of them: a department with nobody there must not hide the others behind its line.
    """
    waiting = sa.select(Room.id, Room.department_id).where(Room.status == "queued")
    if department_id is not None:
        waiting = waiting.where(Room.department_id == department_id)
    return [
        (room_id, department) for room_id, department in db.session.execute(waiting.order_by(*QUEUE_ORDER))
    ]
