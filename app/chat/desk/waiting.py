"""Where a waiting shopper stands, and what the wait has been lately."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import sqlalchemy as sa

from app.chat.desk.queue_order import QUEUE_ORDER, URGENCY
from app.chat.models import Assignment, Room
from app.core.database import db, now_ms, read_now

LATELY_MS = 2 * 3600_000
FEWEST, MOST, MOST_LOOKED_AT = 3, 30, 200


@dataclass(frozen=True)
class Place:
    """`position` counts from 1 among the `waiting` of the same department; `expected_s` is None when nobody can tell."""

    position: int
    waiting: int
    band: int
    expected_s: int | None = None


@dataclass(frozen=True)
class Waiting:
    """One in the line. `band` is how urgent it is by now, `place` where it stands in its department."""

    room_id: int
    public_id: str
    department_id: int | None
    queued_at: int
    band: int
    position: int
    of: int


def place_of(room: Room) -> Place | None:
    """None for a room that does not wait."""
    mine = next((each for each in list_waiting() if each.room_id == room.id), None)
    if mine is None:
        return None
    return Place(mine.position, mine.of, mine.band, expect_wait(room.department_id, mine.queued_at))


def list_waiting() -> list[Waiting]:
    """Everybody, the next one first."""
    rows = db.session.execute(
        sa.select(Room.id, Room.public_id, Room.department_id, Room.queued_at, URGENCY.label("band"))
        .where(Room.status == "queued")
        .order_by(*QUEUE_ORDER)
    ).all()
    of, passed = Counter(row.department_id for row in rows), Counter[int | None]()
    line = []
    for row in rows:
        department = row.department_id
        passed[department] += 1
        place = passed[department], of[department]
        line.append(Waiting(row.id, row.public_id, department, row.queued_at, row.band, *place))
    return line


def expect_wait(department_id: int | None, queued_at: int) -> int | None:
    """Seconds, from what the last ones waited; None without enough of them, and for whoever has waited longer already."""
    waits = recent_waits(department_id)
    left_ms = median(waits) - (read_now() - queued_at) if len(waits) >= FEWEST else 0
    return round(left_ms / 1000) if left_ms > 0 else None


def recent_waits(department_id: int | None) -> Sequence[int]:
    """First turns only: who came back to the queue did not wait all that time in it."""
    newest = (
        sa.select(Assignment.id, Assignment.room_id, Assignment.assigned_at)
        .order_by(Assignment.id.desc())
        .limit(MOST_LOOKED_AT)
        .subquery()
    )
    earlier = sa.exists().where(Assignment.room_id == newest.c.room_id, Assignment.id < newest.c.id)
    return db.session.scalars(
        sa.select(newest.c.assigned_at - Room.queued_at)
        .select_from(newest)
        .join(Room, Room.id == newest.c.room_id)
        .where(
            ~earlier,
            newest.c.assigned_at > now_ms() - LATELY_MS,
            newest.c.assigned_at >= Room.queued_at,
            Room.department_id.is_not_distinct_from(department_id),
        )
        .order_by(newest.c.id.desc())
        .limit(MOST)
    ).all()


def mark_here(room: Room) -> None:
    """A shopper whose browser opens no socket is here when a page of theirs asks. Inside the running transaction."""
    db.session.execute(
        sa.update(Room)
        .where(Room.id == room.id, Room.status == "queued", Room.left_at.is_not(None))
        .values(left_at=None)
        .execution_options(synchronize_session=False)
    )
