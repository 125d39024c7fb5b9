"""What an agent offered and what of it was taken, as an unbroken row of spans; utilisation is read from them."""

import sqlalchemy as sa

from app.chat.models import Agent, AgentSpan
from app.core.database import db, now_ms

STATUS = sa.case(
    (sa.or_(Agent.chosen_status == "offline", Agent.lease_until <= now_ms()), "offline"),
    (Agent.chosen_status == "away", "away"),
    else_="available",
)


def follow(agent: str, at: int | None = None) -> bool:
    """Begin a new span if the agent's row no longer is what the open one says; after every change of the row.

    Inside the transaction of that change, whose lock on the row lets one change follow the other. `at` is the moment of a
    change that was noticed later.
    """
    status, capacity, open_count = db.session.execute(
        sa.select(STATUS, Agent.capacity, Agent.open_count).where(Agent.agent == agent)
    ).one()
    moment = now_ms() if at is None else at
    is_same = (
        (AgentSpan.status == status) & (AgentSpan.capacity == capacity) & (AgentSpan.open_count == open_count)
    )
    db.session.execute(
        sa.update(AgentSpan)
        .where(AgentSpan.agent == agent, AgentSpan.ended_at.is_(None), ~is_same)
        # What was noticed late must not end before it began.
        .values(ended_at=sa.case((AgentSpan.started_at > moment, AgentSpan.started_at), else_=moment))
        .execution_options(synchronize_session=False)
    )
    values = {"agent": agent, "status": status, "capacity": capacity, "open_count": open_count}
    columns = [sa.literal(value).label(name) for name, value in values.items()]
    last_end = sa.select(sa.func.max(AgentSpan.ended_at)).where(AgentSpan.agent == agent).scalar_subquery()
    started = sa.case((last_end > moment, last_end), else_=moment)
    is_open = sa.exists().where(AgentSpan.agent == agent, AgentSpan.ended_at.is_(None))
    begun = db.session.execute(
        sa.insert(AgentSpan)
        .from_select(
            [*values, "started_at"], sa.select(*columns, started.label("started_at")).where(~is_open)
        )
        .returning(AgentSpan.id)
    )
    return begun.scalar() is not None
