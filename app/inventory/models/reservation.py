"""Holds on stock, and the demand that found none."""

import secrets

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import BigKey, db, partial_index
from app.inventory.models.stock import StockLevel

# One reservation of an order meets this; a query that says it in the same words finds it by its index.
OF_ORDER = "order_id IS NOT NULL AND status IN ('held', 'confirmed', 'committed')"
STATUSES = ("held", "confirmed", "committed", "released", "expired")


def new_reservation_id() -> str:
    return secrets.token_hex(8)


class Reservation(db.Model):
    """Units set aside for one owner: `held` until `expires_at`, `confirmed` once paid, `committed` once sold.

    `owner` is `user:ab12`, `visitor:cd34`, or `ext:...` for whom a program acts. `client` is a keyed hash of the address
    that made it, so that one machine with many cookies cannot take the shelf. Times are the database's clock, in ms.
    One that staff keep for somebody has an owner of its own, and `promised_to` says for whom; `passed_to` names the
    reservation that took it over.
    """

    __tablename__ = "reservation"
    __table_args__ = (
        sa.CheckConstraint(f"status IN {STATUSES}", name="status"),
        sa.CheckConstraint("status <> 'held' OR expires_at IS NOT NULL", name="held_expires"),
        partial_index("uq_reservation_owner_held", "owner", "status = 'held'", unique=True),
        partial_index("uq_reservation_order", "order_id", OF_ORDER, unique=True),
        partial_index("ix_reservation_due", "expires_at", "status = 'held'"),
        partial_index("ix_reservation_confirmed", "id", "status = 'confirmed'"),
        partial_index("ix_reservation_client", "client", "status = 'held'"),
        partial_index(
            "ix_reservation_promised", "promised_to", "promised_to IS NOT NULL AND status = 'held'"
        ),
        sa.Index("ix_reservation_owner", "owner", "created_at"),
    )

    id: Mapped[str] = mapped_column(sa.String(16), primary_key=True, default=new_reservation_id)
    owner: Mapped[str] = mapped_column(sa.String(80))
    order_id: Mapped[str | None] = mapped_column(sa.String(40))
    status: Mapped[str] = mapped_column(sa.String(10))
    client: Mapped[str] = mapped_column(sa.String(16), default="")
    expires_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    hard_expires_at: Mapped[int] = mapped_column(sa.BigInteger)
    created_at: Mapped[int] = mapped_column(sa.BigInteger)
    closed_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    promised_to: Mapped[str | None] = mapped_column(sa.String(80))
    passed_to: Mapped[str | None] = mapped_column(sa.String(16))

    lines: Mapped[list["ReservationLine"]] = relationship(order_by="ReservationLine.stock_level_id")


class ReservationLine(db.Model):
    """How much of one level a reservation takes. A line of nothing is deleted while the reservation is held."""

    __tablename__ = "reservation_line"
    __table_args__ = (
        sa.CheckConstraint("quantity > 0", name="quantity"),
        sa.CheckConstraint("returned BETWEEN 0 AND quantity", name="returned"),
    )

    reservation_id: Mapped[str] = mapped_column(sa.ForeignKey("reservation.id"), primary_key=True)
    stock_level_id: Mapped[int] = mapped_column(
        sa.ForeignKey("stock_level.id"), primary_key=True, index=True, autoincrement=False
    )
    quantity: Mapped[int]
    returned: Mapped[int] = mapped_column(default=0)

    level: Mapped[StockLevel] = relationship()


class RefusedDemand(db.Model):
    """Somebody wanted it and it was not there: the hard evidence of lost sales."""

    __tablename__ = "refused_demand"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    variant_id: Mapped[int] = mapped_column(sa.ForeignKey("variant.id"))
    quantity: Mapped[int]
    available: Mapped[int]
    owner: Mapped[str] = mapped_column(sa.String(80))
    at: Mapped[int] = mapped_column(sa.BigInteger, index=True)
