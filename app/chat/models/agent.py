"""Who answers: agents, what they have, and when they were there."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import BigKey, db, partial_index

AGENT_STATUSES = ("online", "away", "offline")
ASSIGN_REASONS = ("auto", "sticky", "manual", "transfer", "override")
END_REASONS = (
    "resolved",
    "transferred",
    "lost_lease",
    "no_reply",
    "declined",
    "released",
    "on_hold",
    "closed",
    "taken",
)


class Agent(db.Model):
    """One who answers shoppers; `agent` is the subject. What was chosen and being connected are separate facts.

    `open_count` is the slots that are taken, moved only by compare and swap. `lease_until` comes from presence.
    """

    __tablename__ = "chat_agent"
    __table_args__ = (
        sa.CheckConstraint(f"chosen_status IN {AGENT_STATUSES}", name="chosen_status"),
        sa.CheckConstraint("capacity >= 0", name="capacity"),
        sa.CheckConstraint("open_count >= 0", name="open_count"),
    )

    agent: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    chosen_status: Mapped[str] = mapped_column(sa.String(7), default="offline")
    lease_until: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    active_at: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    capacity: Mapped[int] = mapped_column(default=4)
    open_count: Mapped[int] = mapped_column(default=0)
    last_assigned_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    updated_at: Mapped[int] = mapped_column(sa.BigInteger, default=0)


class AgentDepartment(db.Model):
    __tablename__ = "chat_agent_department"

    agent: Mapped[str] = mapped_column(sa.ForeignKey("chat_agent.agent"), primary_key=True)
    department_id: Mapped[int] = mapped_column(
        sa.ForeignKey("chat_department.id"), primary_key=True, autoincrement=False
    )


class Assignment(db.Model):
    """One turn of one agent with one room. `decision` says why: {candidates: [{agent, load, open, ...}], runner_up}."""

    __tablename__ = "chat_assignment"
    __table_args__ = (
        sa.CheckConstraint(f"reason IN {ASSIGN_REASONS}", name="reason"),
        sa.CheckConstraint(f"end_reason IS NULL OR end_reason IN {END_REASONS}", name="end_reason"),
        partial_index("uq_chat_assignment_open", "room_id", "ended_at IS NULL", unique=True),
        sa.Index("ix_chat_assignment_agent", "agent", "assigned_at"),
        sa.Index("ix_chat_assignment_room", "room_id", "assigned_at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    room_id: Mapped[int] = mapped_column(sa.ForeignKey("chat_room.id"))
    agent: Mapped[str] = mapped_column(sa.String(80))
    reason: Mapped[str] = mapped_column(sa.String(8))
    assigned_at: Mapped[int] = mapped_column(sa.BigInteger)
    first_reply_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    ended_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    end_reason: Mapped[str | None] = mapped_column(sa.String(12))
    decision: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)


class AgentSpan(db.Model):
    """A time that an agent was available, away or offline, with the slots offered and taken meanwhile; for utilisation.

    A new span begins whenever status, capacity or the slots taken change, so that each has one figure of each.
    """

    __tablename__ = "chat_agent_span"
    __table_args__ = (
        partial_index("uq_chat_agent_span_open", "agent", "ended_at IS NULL", unique=True),
        sa.Index("ix_chat_agent_span_started", "started_at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    agent: Mapped[str] = mapped_column(sa.String(80))
    status: Mapped[str] = mapped_column(sa.String(9))
    capacity: Mapped[int]
    open_count: Mapped[int]
    started_at: Mapped[int] = mapped_column(sa.BigInteger)
    ended_at: Mapped[int | None] = mapped_column(sa.BigInteger)
