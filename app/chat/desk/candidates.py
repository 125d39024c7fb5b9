"""Who of the agents should get a room, and why."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.chat.desk import queueing, slots
from app.chat.models import Agent, Assignment, Room
from app.core.database import db, now_ms

STICKY_MS = 24 * 3600_000
# After so long without anybody else, an agent who let a room go may get it again.
RESPITE_MS = 120_000
MOST_RECORDED = 10


@dataclass(frozen=True)
class Candidate:
    """An agent with a free slot. `open` is what was seen: the swap holds it against what is true then."""

    agent: str
    name: str
    open: int
    capacity: int
    last_assigned_at: int | None

    @property
    def rank(self) -> tuple[float, int, int, str]:
        """By share of the capacity, since plain spare capacity favours those with large ones; of two alike the idler."""
        return self.open / self.capacity, self.open, self.last_assigned_at or -1, self.agent


@dataclass(frozen=True)
class Choice:
    """The candidates, best first; `is_sticky` when the first is the one whom the shopper knows."""

    candidates: list[Candidate]
    is_sticky: bool = False

    @property
    def reason(self) -> str:
        return "sticky" if self.is_sticky else "auto"

    def decision(self) -> dict[str, Any]:
        """So that `why did I get it` has an answer."""
        known = [
            {"agent": each.agent, "load": round(each.open / each.capacity, 3), "open": each.open}
            for each in self.candidates[:MOST_RECORDED]
        ]
        runner_up = self.candidates[1].agent if len(self.candidates) > 1 else None
        return {"candidates": known, "runner_up": runner_up, "of": len(self.candidates)}


def choose(room: Room, present: Collection[str] | None) -> Choice:
    """`present` are those with an open console, when that is known: who just closed it gets nothing new."""
    free = [each for each in list_free(room.department_id) if present is None or each.agent in present]
    candidates = sorted((each for each in free if is_allowed(room, each.agent)), key=lambda each: each.rank)
    known = find_known_agent(room)
    first = [each for each in candidates if each.agent == known]
    return Choice([*first, *(each for each in candidates if each.agent != known)], bool(first))


def list_free(department_id: int | None) -> list[Candidate]:
    rows = db.session.execute(
        sa.select(Agent.agent, Agent.name, Agent.open_count, Agent.capacity, Agent.last_assigned_at).where(
            slots.AVAILABLE, slots.SPARE, queueing.is_of_department(department_id)
        )
    )
    return [Candidate(*row) for row in rows]


def is_allowed(room: Room, agent: str) -> bool:
    return agent not in room.excluded or is_round_over(room)


def is_round_over(room: Room) -> bool:
    """Nobody else is there to whom it could go, and it has waited for somebody long enough."""
    others = sa.exists().where(
        slots.AVAILABLE,
        Agent.capacity > 0,
        queueing.is_of_department(room.department_id),
        Agent.agent.not_in(room.excluded),
    )
    lately = sa.exists().where(Assignment.room_id == room.id, Assignment.ended_at > now_ms() - RESPITE_MS)
    return bool(db.session.scalar(sa.select(~others & ~lately)))


def find_known_agent(room: Room) -> str | None:
    """Who talked with this shopper last, within a day."""
    if room.owner is None:
        return None
    until = sa.func.coalesce(Assignment.ended_at, Assignment.assigned_at)
    return db.session.scalar(
        sa.select(Assignment.agent)
        .join(Room, Room.id == Assignment.room_id)
        .where(Room.owner == room.owner, until > now_ms() - STICKY_MS)
        .order_by(Assignment.assigned_at.desc(), Assignment.id.desc())
        .limit(1)
    )
