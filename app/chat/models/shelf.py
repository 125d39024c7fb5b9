"""What ties a conversation to the stock: units that an agent holds for a shopper."""

import secrets

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import BigKey, db, partial_index


def new_hold_id() -> str:
    return secrets.token_hex(8)


class ChatHold(db.Model):
    """Units set aside for the shopper of a room. The reservation says what is held; its owner is `chat:<public id>`.

    `state`: held, taken (into the shopper's checkout), released or expired. The stock forgets reservations that have ended.
    `message_id` is of the message that told it; it is no foreign key, since messages go before holds do.
    """

    __tablename__ = "chat_hold"
    __table_args__ = (
        sa.CheckConstraint("quantity > 0", name="quantity"),
        sa.CheckConstraint("state IN ('held', 'taken', 'released', 'expired')", name="state"),
        partial_index("ix_chat_hold_held", "room_id", "state = 'held'"),
        sa.Index("ix_chat_hold_agent", "agent", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_hold_id)
    room_id: Mapped[int] = mapped_column(sa.ForeignKey("chat_room.id"))
    agent: Mapped[str] = mapped_column(sa.String(80))
    sku: Mapped[str] = mapped_column(sa.String(64))
    quantity: Mapped[int]
    message_id: Mapped[int] = mapped_column(sa.BigInteger)
    reservation_id: Mapped[str | None] = mapped_column(
        sa.ForeignKey("reservation.id", ondelete="SET NULL"), index=True
    )
    state: Mapped[str] = mapped_column(sa.String(8))
    created_at: Mapped[int] = mapped_column(sa.BigInteger)
    expires_at: Mapped[int] = mapped_column(sa.BigInteger)
    ended_at: Mapped[int | None] = mapped_column(sa.BigInteger)


class QuotedCard(db.Model):
    """A card that was sent in a room that is live: what was quoted, and what the room was last told of it.

    `told` is the status and price that the room knows, so that one change is told once, and `warned` what its agents know.
    `noticed_at` is since when the shelf says something else.
    """

    __tablename__ = "chat_quoted_card"
    __table_args__ = (
        sa.Index("ix_chat_quoted_card_sku", "sku"),
        partial_index("ix_chat_quoted_card_noticed", "noticed_at", "noticed_at IS NOT NULL"),
    )

    message_id: Mapped[int] = mapped_column(
        sa.ForeignKey("chat_message.id"), primary_key=True, autoincrement=False
    )
    room_id: Mapped[int] = mapped_column(sa.ForeignKey("chat_room.id"), index=True)
    sku: Mapped[str] = mapped_column(sa.String(64))
    told: Mapped[str] = mapped_column(sa.String(60))
    warned: Mapped[str] = mapped_column(sa.String(60))
    noticed_at: Mapped[int | None] = mapped_column(sa.BigInteger)
