"""The devices that take push messages."""

import secrets

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import BigKey, db, partial_index

SUBSCRIPTION_STATUSES = (
    "active",
    "gone",
    "expired",
    "invalid",
    "blocked",
    "replaced",
    "unsubscribed",
    "needs_resubscribe",
)
MOST_SLOTS = 100


def new_subscription_id() -> str:
    return secrets.token_hex(16)


class Subscription(db.Model):
    """One browser of one subject (`user:<id>` or `visitor:<id>`).

    An endpoint has one owner: who subscribes last on a shared device has it. `slot` counts a subject's active ones from 1,
    so that their most holds however many subscribe at once. Keys of rows that are not active are wiped by the clock.
    `session_key` is the login that made it, whose end ends it. `errors` are failures since the last success.
    """

    __tablename__ = "push_subscription"
    __table_args__ = (
        sa.CheckConstraint(f"status IN {SUBSCRIPTION_STATUSES}", name="status"),
        sa.CheckConstraint(f"slot BETWEEN 1 AND {MOST_SLOTS}", name="slot"),
        sa.CheckConstraint(
            "endpoint LIKE 'https://%' OR endpoint LIKE 'http://127.0.0.1:%'", name="endpoint"
        ),
        partial_index("uq_push_subscription_endpoint", "endpoint_hash", "status = 'active'", unique=True),
        partial_index("uq_push_subscription_slot", "subject", "status = 'active'", "slot", unique=True),
        partial_index("ix_push_subscription_expires", "expires_at", "status = 'active'"),
        partial_index("ix_push_subscription_origin", "origin", "status = 'active'"),
        sa.Index("ix_push_subscription_session", "session_key"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(32), unique=True, default=new_subscription_id)
    subject: Mapped[str] = mapped_column(sa.String(80))
    session_key: Mapped[str] = mapped_column(sa.String(64), default="")
    slot: Mapped[int]
    status: Mapped[str] = mapped_column(sa.String(17), default="active")
    endpoint: Mapped[str] = mapped_column(sa.String(1024))
    endpoint_hash: Mapped[str] = mapped_column(sa.String(64))
    origin: Mapped[str] = mapped_column(sa.String(255))
    p256dh: Mapped[str] = mapped_column(sa.String(100))
    auth: Mapped[str] = mapped_column(sa.String(32))
    key_id: Mapped[int] = mapped_column(sa.ForeignKey("vapid_key.id"), index=True)
    language: Mapped[str] = mapped_column(sa.String(12), default="en")
    zone: Mapped[str] = mapped_column(sa.String(60), default="UTC")
    label: Mapped[str] = mapped_column(sa.String(80), default="")
    errors: Mapped[int] = mapped_column(default=0)
    first_error_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    last_success_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    seen_at: Mapped[int] = mapped_column(sa.BigInteger)
    expires_at: Mapped[int] = mapped_column(sa.BigInteger)
    created_at: Mapped[int] = mapped_column(sa.BigInteger)
    ended_at: Mapped[int | None] = mapped_column(sa.BigInteger)
