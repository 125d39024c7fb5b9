"""Orders, their lines, and everything that happened to them."""

import secrets
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import BigKey, db, partial_index

STATUSES = (
    "checkout",
    "payment_pending",
    "paid",
    "stock_review",
    "processing",
    "shipped",
    "delivered",
    "returned",
    "cancelled",
    "expired",
)


class Order(db.Model):
    """One purchase from the first step of checkout on. Money is minor units of `currency`, tax included.

    `token` opens its page without an account. `reservation_id` names the hold whose units it takes; its lines are what was
    agreed at that moment, whatever the catalogue says later. The address is {name, line1, line2, postcode, city, country}.
    """

    __tablename__ = "shop_order"
    __table_args__ = (
        sa.CheckConstraint(f"status IN {STATUSES}", name="status"),
        partial_index(
            "uq_shop_order_owner_open", "owner", "status IN ('checkout', 'payment_pending')", unique=True
        ),
        sa.Index("ix_shop_order_placed_at", "placed_at"),
        sa.Index("ix_shop_order_email", "email"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(40), unique=True)
    token: Mapped[str] = mapped_column(sa.String(32), unique=True, default=lambda: secrets.token_urlsafe(18))
    owner: Mapped[str] = mapped_column(sa.String(80))
    status: Mapped[str] = mapped_column(sa.String(16))
    reservation_id: Mapped[str | None] = mapped_column(sa.ForeignKey("reservation.id"), index=True)
    email: Mapped[str] = mapped_column(sa.String(254), default="")
    address: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    delivery: Mapped[str] = mapped_column(sa.String(20), default="")
    delivery_minor: Mapped[int] = mapped_column(default=0)
    subtotal_minor: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(sa.String(3))
    created_at: Mapped[int] = mapped_column(sa.BigInteger)
    placed_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    version: Mapped[int] = mapped_column(sa.BigInteger, default=1)

    lines: Mapped[list["OrderLine"]] = relationship(order_by="OrderLine.id", cascade="all, delete-orphan")

    @property
    def total_minor(self) -> int:
        return self.subtotal_minor + self.delivery_minor


class OrderLine(db.Model):
    """What was bought, as it was called and priced then."""

    __tablename__ = "order_line"
    __table_args__ = (
        sa.CheckConstraint("quantity > 0", name="quantity"),
        sa.CheckConstraint("returned BETWEEN 0 AND quantity", name="returned"),
        sa.UniqueConstraint("order_id", "variant_id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("shop_order.id"))
    variant_id: Mapped[int] = mapped_column(sa.ForeignKey("variant.id"))
    sku: Mapped[str] = mapped_column(sa.String(64))
    name: Mapped[str] = mapped_column(sa.String(200))
    price_minor: Mapped[int]
    quantity: Mapped[int]
    returned: Mapped[int] = mapped_column(default=0)


class OrderEvent(db.Model):
    """One step of an order's life. `sequence` has no gaps within an order; `note` is for staff."""

    __tablename__ = "order_event"
    __table_args__ = (sa.UniqueConstraint("order_id", "sequence"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("shop_order.id"))
    sequence: Mapped[int] = mapped_column(sa.BigInteger)
    status: Mapped[str] = mapped_column(sa.String(16))
    actor: Mapped[str] = mapped_column(sa.String(80))
    note: Mapped[str] = mapped_column(sa.String(300), default="")
    at: Mapped[int] = mapped_column(sa.BigInteger)


class OrderReturn(db.Model):
    """Units of one line that came back: to the shelf (`restock`) or not (`damage`)."""

    __tablename__ = "order_return"
    __table_args__ = (
        sa.CheckConstraint("quantity > 0", name="quantity"),
        sa.CheckConstraint("outcome IN ('restock', 'damage')", name="outcome"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    order_line_id: Mapped[int] = mapped_column(sa.ForeignKey("order_line.id"), index=True)
    quantity: Mapped[int]
    outcome: Mapped[str] = mapped_column(sa.String(8))
    refund_minor: Mapped[int]
    actor: Mapped[str] = mapped_column(sa.String(80))
    at: Mapped[int] = mapped_column(sa.BigInteger)
