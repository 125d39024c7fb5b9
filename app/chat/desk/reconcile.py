"""Counters held against what they count. Drift is a bug: it is logged as an error, and set right."""

import logging
from functools import partial

import sqlalchemy as sa

from app.chat.desk import slots, spans
from app.chat.models import Agent, Room
from app.core import metrics
from app.core.database import db, now_ms, run_transaction

TAKES_SLOT = sa.or_(Room.slot_until.is_(None), Room.slot_until != 0)

log = logging.getLogger(__name__)


def reconcile_slots() -> int:
    """By the clock. Returns how many agents' counters were wrong."""
    agents = db.session.scalars(sa.select(Agent.agent).order_by(Agent.agent)).all()
    return sum(run_transaction(partial(reconcile, agent)) for agent in agents)


def reconcile(agent: str) -> bool:
    """With the agent's row taken, whoever takes or frees a slot has either committed its room or not touched it yet."""
    counted = db.session.scalar(sa.select(Agent.open_count).where(Agent.agent == agent).with_for_update())
    true = db.session.scalar(sa.select(sa.func.count()).where(Room.assignee == agent, TAKES_SLOT)) or 0
    if counted != true:
        log.error("agent %s had %s slots counted and %s taken", agent, counted, true)
        metrics.count("chat_slot_drift")
        db.session.execute(
            sa.update(Agent)
            .where(Agent.agent == agent)
            .values(open_count=true, updated_at=now_ms())
            .execution_options(synchronize_session=False)
        )
        slots.drain_soon()
    spans.follow(agent)
    return counted != true
