"""What staff are told of running out, and whom to tell when it is back."""

import secrets

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import BigKey, db, partial_index

ALERT_KINDS = ("low", "out")


def new_token() -> str:
    return secrets.token_urlsafe(18)


class StockAlert(db.Model):
    """At most one is open for a SKU, whoever opens it and however often: the index says so."""

    __tablename__ = "stock_alert"
    __table_args__ = (
        sa.CheckConstraint(f"kind IN {ALERT_KINDS}", name="kind"),
        partial_index("uq_stock_alert_open", "variant_id", "resolved_at IS NULL", unique=True),
        sa.Index("ix_stock_alert_opened_at", "opened_at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    variant_id: Mapped[int] = mapped_column(sa.ForeignKey("variant.id"))
    kind: Mapped[str] = mapped_column(sa.String(4))
    opened_at: Mapped[int] = mapped_column(sa.BigInteger)
    opened_version: Mapped[int] = mapped_column(sa.BigInteger)
    available_at_open: Mapped[int]
    acknowledged_by: Mapped[str | None] = mapped_column(sa.String(80))
    acknowledged_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    resolved_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    notified_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    reminded_at: Mapped[int | None] = mapped_column(sa.BigInteger)


class RestockRequest(db.Model):
    """ "Tell me when it is back." A guest's counts once the address is confirmed; `token` opens both links of the mail.

    `subject` is set for a guest who is told on this device alone, and who then has no address (`email` is empty).
    `linked_at` is when the mail with those links was written, `notified_at` when it was this request's turn to be told,
    and `mailed_at` when that was done. Who no longer wants to be told has no row.
    """

    __tablename__ = "restock_request"
    __table_args__ = (
        partial_index(
            "uq_restock_request_waiting",
            "variant_id",
            "notified_at IS NULL AND subject IS NULL",
            "email",
            unique=True,
        ),
        partial_index(
            "uq_restock_request_guest",
            "subject",
            "notified_at IS NULL AND subject IS NOT NULL",
            "variant_id",
            unique=True,
        ),
        partial_index("ix_restock_request_email", "email", "notified_at IS NULL"),
        partial_index("ix_restock_request_notified", "variant_id", "notified_at IS NOT NULL", "notified_at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    variant_id: Mapped[int] = mapped_column(sa.ForeignKey("variant.id"))
    email: Mapped[str] = mapped_column(sa.String(254))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    subject: Mapped[str | None] = mapped_column(sa.String(80))
    token: Mapped[str] = mapped_column(sa.String(32), unique=True, default=new_token)
    created_at: Mapped[int] = mapped_column(sa.BigInteger)
    linked_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    confirmed_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    notified_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    mailed_at: Mapped[int | None] = mapped_column(sa.BigInteger)
