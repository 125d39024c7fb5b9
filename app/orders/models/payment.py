"""Money: what was asked of a provider and what it said. Nothing of a card is ever here."""

import secrets

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import BigKey, db, partial_index

PAYMENT_STATUSES = ("created", "authorised", "captured", "declined", "voided", "refunded")


class Payment(db.Model):
    """One attempt to pay one order. `reference` is ours and goes to the provider, so that asking twice is paying once."""

    __tablename__ = "payment"
    __table_args__ = (
        sa.CheckConstraint(f"status IN {PAYMENT_STATUSES}", name="status"),
        sa.CheckConstraint("refunded_minor BETWEEN 0 AND amount_minor", name="refunded"),
        partial_index(
            "uq_payment_open", "order_id", "status IN ('created', 'authorised', 'captured')", unique=True
        ),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    reference: Mapped[str] = mapped_column(sa.String(32), unique=True, default=lambda: secrets.token_hex(12))
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("shop_order.id"), index=True)
    provider: Mapped[str] = mapped_column(sa.String(20))
    status: Mapped[str] = mapped_column(sa.String(12))
    amount_minor: Mapped[int]
    refunded_minor: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(sa.String(80), default="")
    created_at: Mapped[int] = mapped_column(sa.BigInteger)
    settled_at: Mapped[int | None] = mapped_column(sa.BigInteger)


class Refund(db.Model):
    """Money on its way back. `key` makes the provider pay it once, however often the job runs."""

    __tablename__ = "refund"
    __table_args__ = (sa.CheckConstraint("amount_minor > 0", name="amount"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    payment_id: Mapped[int] = mapped_column(sa.ForeignKey("payment.id"), index=True)
    key: Mapped[str] = mapped_column(sa.String(40), unique=True)
    amount_minor: Mapped[int]
    created_at: Mapped[int] = mapped_column(sa.BigInteger)
    done_at: Mapped[int | None] = mapped_column(sa.BigInteger)


class PaymentCallback(db.Model):
    """A provider's message that was taken in; its own id makes a repeated one no news."""

    __tablename__ = "payment_callback"

    provider: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    event_id: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    reference: Mapped[str] = mapped_column(sa.String(32))
    received_at: Mapped[int] = mapped_column(sa.BigInteger)
