"""The slots of an agent: taken and given back by compare and swap, so that no race takes more than there are.

Always after the room's row: whoever takes a slot has locked the room that takes it.
"""

import logging
from typing import Any

import sqlalchemy as sa

from app.chat.desk import spans
from app.chat.models import Agent, Room
from app.core import outbox
from app.core.database import db, now_ms

# Somebody may be free now: the queue is looked through again.
CHAT_DRAIN = "chat_drain"

HERE = sa.and_(Agent.chosen_status != "offline", Agent.lease_until > now_ms())
AVAILABLE = sa.and_(Agent.chosen_status == "online", Agent.lease_until > now_ms())
SPARE = Agent.open_count < Agent.capacity

log = logging.getLogger(__name__)


def is_held(room: Room) -> bool:
    """Whether the room takes a slot of its agent."""
    return room.assignee is not None and room.slot_until != 0


def meets(agent: str, *conditions: sa.ColumnElement[bool]) -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(Agent.agent == agent, *conditions))))


def take_slot(agent: str, *conditions: sa.ColumnElement[bool], **values: Any) -> bool:
    """One more, if the conditions are met; False when they are not, such as when somebody else took the last one."""
    taken = db.session.execute(
        sa.update(Agent)
        .where(Agent.agent == agent, *conditions)
        .values(open_count=Agent.open_count + 1, last_assigned_at=now_ms(), updated_at=now_ms(), **values)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        return False
    spans.follow(agent)
    return True


def free_slot(agent: str) -> None:
    freed = db.session.execute(
        sa.update(Agent)
        .where(Agent.agent == agent, Agent.open_count > 0)
        .values(open_count=Agent.open_count - 1, updated_at=now_ms())
        .execution_options(synchronize_session=False)
    )
    if freed.rowcount != 1:  # type: ignore[attr-defined]
        log.error("agent %s gave back a slot that was not counted", agent)
        return
    spans.follow(agent)
    drain_soon()


def free_slot_of(room: Room) -> None:
    """What the room, as it was read, takes of its agent. Called before the move that lets go of it."""
    if room.assignee and is_held(room):
        free_slot(room.assignee)


def drain_soon() -> None:
    outbox.announce(CHAT_DRAIN, "all")
