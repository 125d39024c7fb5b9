"""What was said, and the log of everything that a client of a room must catch up on."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.chat.models.room import STREAMS
from app.core.database import BigKey, db, partial_index

EVENT_TYPES = ("message", "change", "redact", "status", "assign")
MESSAGE_KINDS = ("text", "file", "card", "hold", "order", "system")
SIDES = ("shopper", "agent", "system")


class Message(db.Model):
    """One message of one stream. `client_id` is made once for each press of Send: with room and sender it is unique.

    `payload` by kind. card: {sku, product, variant, path, price_minor, status}, as quoted. hold: {hold_id}. order:
    {number, status}. Of a redacted message the body and the payload are empty.
    """

    __tablename__ = "chat_message"
    __table_args__ = (
        sa.CheckConstraint(f"stream IN {STREAMS}", name="stream"),
        sa.CheckConstraint(f"side IN {SIDES}", name="side"),
        sa.CheckConstraint(f"kind IN {MESSAGE_KINDS}", name="kind"),
        sa.UniqueConstraint("room_id", "sender", "client_id"),
        sa.UniqueConstraint("room_id", "stream", "seq"),
        sa.Index("ix_chat_message_created_at", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    room_id: Mapped[int] = mapped_column(sa.ForeignKey("chat_room.id"))
    stream: Mapped[str] = mapped_column(sa.String(1))
    seq: Mapped[int] = mapped_column(sa.BigInteger)
    sender: Mapped[str] = mapped_column(sa.String(80))
    sender_name: Mapped[str] = mapped_column(sa.String(80))
    side: Mapped[str] = mapped_column(sa.String(7))
    client_id: Mapped[str] = mapped_column(sa.String(64))
    body_hash: Mapped[str] = mapped_column(sa.String(64))
    kind: Mapped[str] = mapped_column(sa.String(6))
    body: Mapped[str] = mapped_column(sa.Text)
    payload: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    filter_result: Mapped[str] = mapped_column(sa.String(8), default="")
    created_at: Mapped[int] = mapped_column(sa.BigInteger)
    redacted_at: Mapped[int | None] = mapped_column(sa.BigInteger)


class RoomEvent(db.Model):
    """One entry of a room's log. `seq` has no gaps within a room and stream, and is the same for everybody.

    `message`: a new one, with its own seq. `change`, `redact`: look at `message_id` again. `status`: {status}. `assign`:
    {assignee, name}. Typing and receipts are never here.
    """

    __tablename__ = "chat_event"
    __table_args__ = (
        sa.CheckConstraint(f"stream IN {STREAMS}", name="stream"),
        sa.CheckConstraint(f"type IN {EVENT_TYPES}", name="type"),
        sa.UniqueConstraint("room_id", "stream", "seq"),
        partial_index("ix_chat_event_status", "created_at", "type = 'status'"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    room_id: Mapped[int] = mapped_column(sa.ForeignKey("chat_room.id"))
    stream: Mapped[str] = mapped_column(sa.String(1))
    seq: Mapped[int] = mapped_column(sa.BigInteger)
    type: Mapped[str] = mapped_column(sa.String(8))
    message_id: Mapped[int | None] = mapped_column(sa.ForeignKey("chat_message.id"), index=True)
    payload: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    created_at: Mapped[int] = mapped_column(sa.BigInteger)
