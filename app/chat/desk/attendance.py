"""Who of the agents has an open console: presence copied into leases, by the clock.

Presence is Redis', and tells who is seen now; the lease in the database outlives a reload, a flush and an outage. While
presence is not known nobody comes or goes.
"""

from collections.abc import Collection
from functools import partial

import sqlalchemy as sa

from app.chat.desk import agents, slots, spans
from app.chat.desk import news as desk_news
from app.chat.models import Agent, AgentSpan
from app.core.database import db, now_ms, run_transaction
from app.core.redis import RedisDown
from app.realtime import presence

CHANNEL = "agents"
LOST_AFTER_MS = 45_000
RENEWED_EVERY_MS = 15_000
LEASE_MS = LOST_AFTER_MS + RENEWED_EVERY_MS
# The socket processes miss nobody earlier: a page that is reloaded is not gone.
MISSED_AFTER_MS = 3_000

IS_OVER = Agent.lease_until <= now_ms()
IS_AGING = Agent.lease_until < now_ms() + LOST_AFTER_MS
LEFT_MS = LOST_AFTER_MS - MISSED_AFTER_MS
HAS_MORE = Agent.lease_until > now_ms() + LEFT_MS


def find_present() -> frozenset[str] | None:
    """Agents with an open console; None when that is not known."""
    if not presence.is_counted():
        return None
    try:
        return frozenset(presence.read_channels([CHANNEL])[CHANNEL].members or ())
    except RedisDown:
        return None


def renew_leases(present: Collection[str] | None) -> int:
    """Those who are seen have a lease, those who cannot be seen keep theirs. Returns how many were renewed."""
    who = Agent.agent.in_(present) if present is not None else ~IS_OVER
    aging = db.session.scalars(sa.select(Agent.agent).where(who, IS_AGING).order_by(Agent.agent)).all()
    return sum(run_transaction(partial(renew_lease, agent)) for agent in aging)


def miss_absent(present: Collection[str]) -> int:
    """Whoever is not seen any more has 45 seconds from when they went. Returns how many are missed since just now."""
    is_absent = sa.and_(Agent.agent.not_in(present), HAS_MORE)
    absent = db.session.scalars(sa.select(Agent.agent).where(is_absent).order_by(Agent.agent)).all()
    return sum(run_transaction(partial(cut_lease, agent)) for agent in absent)


def cut_lease(agent: str) -> bool:
    cut = db.session.execute(
        sa.update(Agent)
        .where(Agent.agent == agent, HAS_MORE)
        .values(lease_until=now_ms() + LEFT_MS)
        .execution_options(synchronize_session=False)
    )
    return cut.rowcount == 1  # type: ignore[attr-defined]


def renew_lease(agent: str) -> bool:
    renewed = db.session.execute(
        sa.update(Agent)
        .where(Agent.agent == agent, IS_AGING)
        .values(lease_until=now_ms() + LEASE_MS)
        .execution_options(synchronize_session=False)
    )
    if renewed.rowcount != 1:  # type: ignore[attr-defined]
        return False
    if spans.follow(agent):  # somebody came
        desk_news.announce_agent(agent)
        slots.drain_soon()
    return True


def end_leases() -> int:
    """The spans of those whose lease is over end with it. Returns how many."""
    seen = sa.exists().where(
        AgentSpan.agent == Agent.agent, AgentSpan.ended_at.is_(None), AgentSpan.status != "offline"
    )
    over = sa.select(Agent.agent, Agent.lease_until).where(IS_OVER, seen).order_by(Agent.agent)
    return sum(run_transaction(partial(end_lease, agent, at)) for agent, at in db.session.execute(over).all())


def end_lease(agent: str, at: int) -> bool:
    lost = sa.select(Agent.agent).where(Agent.agent == agent, Agent.lease_until == at).with_for_update()
    if db.session.scalar(lost) is None or not spans.follow(agent, at):
        return False
    desk_news.announce_agent(agent)
    return True


def rest_idle() -> int:
    """Who has typed and clicked nothing for ten minutes is away, and keeps their chats. Returns how many."""
    is_idle = sa.and_(
        Agent.chosen_status == "online",
        Agent.lease_until > now_ms(),
        Agent.active_at < now_ms() - agents.IDLE_MS,
    )
    idle = db.session.scalars(sa.select(Agent.agent).where(is_idle).order_by(Agent.agent)).all()
    return sum(
        run_transaction(partial(agents.change, agent, is_idle, chosen_status="away")) for agent in idle
    )
