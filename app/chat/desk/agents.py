"""Those who answer: whether they want conversations, how many, and of which departments.

What was chosen and being connected are separate facts: chats come to those who chose `online` and hold a lease.
"""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from app.chat.access import Actor
from app.chat.desk import news as desk_news
from app.chat.desk import slots, spans
from app.chat.models import Agent, AgentDepartment, Department
from app.core import outbox
from app.core.database import db, now_ms
from app.core.errors import Invalid, NotFound
from app.security.models import User

CAPACITY = 4
MOST_CAPACITY = 50
ROLES = ("agent", "admin")
CHOICES = ("online", "away", "offline")
# Activity that is noted more often would only cost writes.
NOTED_EVERY_MS = 15_000
IDLE_MS = 10 * 60_000

# Key: the subject of an agent who has gone, and whose shoppers must not wait for the lease to end.
AGENT_GONE = "chat_agent_gone"


def enrol_agent(user: User) -> Agent | None:
    """The account's row, made when it comes to the desk for the first time; None for accounts that may not answer.

    Inside the running transaction.
    """
    if user.role not in ROLES:
        return None
    subject = f"user:{user.public_id}"
    if find_agent(subject) is None:
        row = sa.select(sa.literal(subject), sa.literal(user.name), *NEW.values()).where(
            ~sa.exists().where(Agent.agent == subject)
        )
        db.session.execute(sa.insert(Agent).from_select(["agent", "name", *NEW], row))
        spans.follow(subject)
    return find_agent(subject)


NEW: dict[str, sa.ColumnElement[Any]] = {
    "chosen_status": sa.literal("offline"),
    "lease_until": sa.literal(0),
    "active_at": now_ms(),
    "capacity": sa.literal(CAPACITY),
    "open_count": sa.literal(0),
    "updated_at": now_ms(),
}


def find_agent(subject: str) -> Agent | None:
    """As the database has it now."""
    return db.session.get(Agent, subject, populate_existing=True)


def get_agent(subject: str) -> Agent:
    agent = find_agent(subject)
    if agent is None:
        raise NotFound("There is no such agent")
    return agent


def actor_of(agent: Agent) -> Actor:
    return Actor(agent.agent, agent.name, "agent")


def list_agents() -> Sequence[Agent]:
    return db.session.scalars(
        sa.select(Agent).order_by(Agent.name, Agent.agent).execution_options(populate_existing=True)
    ).all()


def name_of(subject: str | None) -> str:
    """What shoppers call them; empty for nobody."""
    return db.session.scalar(sa.select(Agent.name).where(Agent.agent == subject)) or ""


def presence_of(agent: Agent, now: int) -> str:
    """What others may count on: `available`, `away` or `offline`."""
    if agent.chosen_status == "offline" or agent.lease_until <= now:
        return "offline"
    return "available" if agent.chosen_status == "online" else "away"


def departments_by_agent() -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for agent, department in db.session.execute(
        sa.select(AgentDepartment.agent, AgentDepartment.department_id)
    ):
        found.setdefault(agent, set()).add(department)
    return found


def set_status(subject: str, status: str) -> None:
    """What the agent chooses. Whoever goes offline lets go of their conversations at once.

    Inside the running transaction, as everything here that changes something.
    """
    if status not in CHOICES:
        raise Invalid(errors=[{"field": "status", "message": "online, away or offline"}])
    change(subject, chosen_status=status, active_at=now_ms())
    if status == "online":
        slots.drain_soon()
    if status == "offline":
        outbox.announce(AGENT_GONE, subject)


def set_capacity(subject: str, capacity: int) -> None:
    """Fewer than are open takes nothing away: nothing new comes until some have ended."""
    if not 0 <= capacity <= MOST_CAPACITY:
        raise Invalid(errors=[{"field": "capacity", "message": f"Between 0 and {MOST_CAPACITY}"}])
    change(subject, capacity=capacity)
    slots.drain_soon()


def set_departments(subject: str, ids: Collection[int]) -> None:
    get_agent(subject)
    known = set(db.session.scalars(sa.select(Department.id).where(Department.id.in_(ids))))
    if unknown := sorted(set(ids) - known):
        raise Invalid(errors=[{"field": "departments", "message": f"There is no department {unknown[0]}"}])
    db.session.execute(sa.delete(AgentDepartment).where(AgentDepartment.agent == subject))
    for department_id in sorted(known):
        db.session.execute(sa.insert(AgentDepartment).values(agent=subject, department_id=department_id))
    slots.drain_soon()


def describe_work(subject: str) -> dict[str, Any]:
    """As the audit has it, before and after a change."""
    places = departments_by_agent().get(subject, set())
    db.session.refresh(get_agent(subject))
    return {"capacity": get_agent(subject).capacity, "departments": sorted(places)}


def note_activity(subject: str) -> bool:
    """Somebody typed or clicked in the console. Does not bring back from away: that is chosen by hand."""
    noted = db.session.execute(
        sa.update(Agent)
        .where(Agent.agent == subject, Agent.active_at < now_ms() - NOTED_EVERY_MS)
        .values(active_at=now_ms())
        .execution_options(synchronize_session=False)
    )
    return noted.rowcount == 1  # type: ignore[attr-defined]


def follow_logout(_: Any, *, owner: str) -> None:
    """Signing out is going: no lease is waited for. Other accounts are none of ours."""
    if find_agent(owner):
        change(owner, chosen_status="offline", lease_until=0)
        outbox.announce(AGENT_GONE, owner)


def change(subject: str, *conditions: sa.ColumnElement[bool], **values: object) -> bool:
    """Raises NotFound for somebody who is no agent; False when the conditions are not met."""
    changed = db.session.execute(
        sa.update(Agent)
        .where(Agent.agent == subject, *conditions)
        .values(**values, updated_at=now_ms())
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        get_agent(subject)
        return False
    spans.follow(subject)
    desk_news.announce_agent(subject)
    return True
