"""Conversations that an agent had and lost without doing anything: so that none disappears in silence."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.chat.access import Actor, at_desk
from app.chat.console.inbox_rows import make_rows, selected
from app.chat.models import Assignment, Room
from app.chat.models.room import LIVE
from app.core.database import db, read_now

SHOWN_MS = 30 * 60_000
MOST = 3
WHY = {
    "lost_lease": "while you were not here",
    "no_reply": "because the answer took too long",
    "taken": "by a supervisor",
}


@dataclass(frozen=True)
class Move:
    id: int
    path: str
    name: str
    state: str
    why: str


def list_moves(actor: Actor) -> list[Move]:
    """The newest of the last half hour that go on without this agent, each room once."""
    lost = (
        sa.select(sa.func.max(Assignment.id), Assignment.room_id)
        .where(Assignment.agent == actor.subject, Assignment.end_reason.in_(WHY))
        .where(Assignment.ended_at > read_now() - SHOWN_MS)
        .group_by(Assignment.room_id)
        .order_by(sa.func.max(Assignment.id).desc())
        .limit(MOST)
    )
    last = {room_id: number for number, room_id in db.session.execute(lost)}
    if not last:
        return []
    still = Room.status.in_(LIVE) & sa.or_(Room.assignee.is_(None), Room.assignee != actor.subject)
    found = db.session.execute(selected().where(Room.id.in_(last), at_desk(actor), still)).all()
    why = {turn.id: WHY[turn.end_reason or ""] for turn in read_turns(list(last.values()))}
    rows = zip((room for room, *_ in found), make_rows(actor, found), strict=True)
    return [Move(last[room.id], row.path, row.name, row.state, why[last[room.id]]) for room, row in rows]


def read_turns(ids: list[int]) -> list[Assignment]:
    return list(db.session.scalars(sa.select(Assignment).where(Assignment.id.in_(ids))))
