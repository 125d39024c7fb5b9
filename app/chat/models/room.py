"""Rooms and who is in them."""

import secrets

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import BigKey, db, partial_index

KINDS = ("support", "sales", "order", "group", "internal")
# The kinds that a shopper opens and the desk answers; the others have members and no queue.
DESK_KINDS = ("support", "sales", "order")
STATUSES = ("offline", "queued", "assigned", "open", "waiting", "on_hold", "abandoned", "resolved", "closed")
LIVE = ("offline", "queued", "assigned", "open", "waiting", "on_hold")
STREAMS = ("p", "i")


class Department(db.Model):
    """Whom a shopper asks for; agents belong to one or several."""

    __tablename__ = "chat_department"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(60), unique=True)
    position: Mapped[int] = mapped_column(default=0)


class Room(db.Model):
    """One conversation. Times are epoch milliseconds of the database's clock; actors are subjects such as `user:ab12`.

    `head_p` and `head_i` are the newest sequence numbers of its public and its internal stream, `min_p` the oldest public
    one that is still stored. `queued_at` is when its wait began, and survives going back to the queue. `slot_until` is how
    long it takes a slot of its agent although the agent spoke last: 0 when it takes none, null when it does without end.
    `excluded` are agents who do not get it again in this round.
    """

    __tablename__ = "chat_room"
    __table_args__ = (
        sa.CheckConstraint(f"kind IN {KINDS}", name="kind"),
        sa.CheckConstraint(f"status IN {STATUSES}", name="status"),
        partial_index(
            "uq_chat_room_live", "owner", f"kind IN ('support', 'sales') AND status IN {LIVE}", unique=True
        ),
        sa.Index("ix_chat_room_queue", "status", "band", "queued_at", "id"),
        sa.Index("ix_chat_room_assignee", "assignee", "status"),
        sa.Index("ix_chat_room_owner", "owner", "id"),
        sa.Index("ix_chat_room_order_id", "order_id"),
        partial_index("ix_chat_room_reply_due", "reply_due_at", "reply_due_at IS NOT NULL"),
        sa.Index("ix_chat_room_resolved_at", "resolved_at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(32), unique=True, default=lambda: secrets.token_hex(16))
    kind: Mapped[str] = mapped_column(sa.String(10))
    status: Mapped[str] = mapped_column(sa.String(10))
    band: Mapped[int] = mapped_column(default=0)
    department_id: Mapped[int | None] = mapped_column(sa.ForeignKey("chat_department.id"))
    owner: Mapped[str | None] = mapped_column(sa.String(80))
    name: Mapped[str] = mapped_column(sa.String(80), default="")
    email: Mapped[str] = mapped_column(sa.String(254), default="")
    subject: Mapped[str] = mapped_column(sa.String(120), default="")
    page: Mapped[str] = mapped_column(sa.String(300), default="")
    order_id: Mapped[int | None] = mapped_column(sa.ForeignKey("shop_order.id"))
    assignee: Mapped[str | None] = mapped_column(sa.String(80))
    head_p: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    head_i: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    min_p: Mapped[int] = mapped_column(sa.BigInteger, default=1)
    participant_count: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[int] = mapped_column(sa.BigInteger)
    queued_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    assigned_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    reply_due_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    slot_until: Mapped[int | None] = mapped_column(sa.BigInteger, default=0)
    hold_until_event: Mapped[str | None] = mapped_column(sa.String(120))
    excluded: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    first_shopper_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    first_reply_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    last_shopper_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    last_agent_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    left_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    on_hold_ms: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    resolved_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    close_reason: Mapped[str] = mapped_column(sa.String(20), default="")
    reopen_count: Mapped[int] = mapped_column(default=0)
    legal_hold: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(sa.BigInteger, default=1)

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def is_desk(self) -> bool:
        return self.kind in DESK_KINDS

    def head_of(self, stream: str) -> int:
        return self.head_p if stream == "p" else self.head_i


class Participant(db.Model):
    """Somebody in a room, and how far they have read. `left_at` ends every right; who comes back has it cleared.

    `told_p` is how far they were told, outside of the room, of what they have not read; `away_since` is when their pages
    were first found closed while something was unread.
    """

    __tablename__ = "chat_participant"
    __table_args__ = (
        sa.CheckConstraint("role IN ('shopper', 'agent', 'member', 'owner')", name="role"),
        sa.Index("ix_chat_participant_actor", "actor", "room_id"),
    )

    room_id: Mapped[int] = mapped_column(sa.ForeignKey("chat_room.id"), primary_key=True, autoincrement=False)
    actor: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    role: Mapped[str] = mapped_column(sa.String(8))
    name: Mapped[str] = mapped_column(sa.String(80))
    joined_at: Mapped[int] = mapped_column(sa.BigInteger)
    left_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    read_p: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    delivered_p: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    told_p: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")
    away_since: Mapped[int | None] = mapped_column(sa.BigInteger)
    read_i: Mapped[int] = mapped_column(sa.BigInteger, default=0)
