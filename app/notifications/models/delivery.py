"""Pushes on their way, and what became of them by the hour."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import BigKey, db, partial_index

DELIVERY_STATES = ("pending", "sending", "retry", "accepted", "failed", "gone", "expired", "suppressed")
LANES = ("now", "soon", "bulk")


class Delivery(db.Model):
    """One notification to one subscription.

    pending -> sending (leased) -> accepted | retry -> sending ... | failed | gone | expired | suppressed. What happens on
    the device comes in any order and at most once each: `displayed_at`, `clicked_at`, `dismissed_at` are no states.
    `reason` says why it failed or was suppressed. `attempts` are tries that count; a pause that a push service asked for
    does not.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        sa.CheckConstraint(f"state IN {DELIVERY_STATES}", name="state"),
        sa.CheckConstraint(f"lane IN {LANES}", name="lane"),
        sa.UniqueConstraint("notification_id", "subscription_id"),
        partial_index("ix_delivery_waiting", "lane", "state IN ('pending', 'retry')", "next_try_at"),
        partial_index("ix_delivery_leased", "lease_until", "state = 'sending'"),
        sa.Index("ix_delivery_subscription", "subscription_id"),
        sa.Index("ix_delivery_tried", "origin", "last_try_at"),
        sa.Index("ix_delivery_created", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(32), unique=True)
    notification_id: Mapped[int] = mapped_column(sa.ForeignKey("notification.id"))
    subscription_id: Mapped[int] = mapped_column(sa.ForeignKey("push_subscription.id"))
    state: Mapped[str] = mapped_column(sa.String(10), default="pending")
    reason: Mapped[str] = mapped_column(sa.String(40), default="")
    lane: Mapped[str] = mapped_column(sa.String(4))
    origin: Mapped[str] = mapped_column(sa.String(255))
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[int] = mapped_column(sa.BigInteger)
    lease_until: Mapped[int | None] = mapped_column(sa.BigInteger)
    lease_by: Mapped[str] = mapped_column(sa.String(40), default="")
    last_try_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    last_status: Mapped[int | None]
    last_error: Mapped[str] = mapped_column(sa.String(200), default="")
    latency_ms: Mapped[int | None]
    ttl_granted_s: Mapped[int | None]
    created_at: Mapped[int] = mapped_column(sa.BigInteger)
    accepted_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    displayed_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    clicked_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    click_action: Mapped[str] = mapped_column(sa.String(40), default="")
    dismissed_at: Mapped[int | None] = mapped_column(sa.BigInteger)


class DeliveryHour(db.Model):
    """Counts of one hour (epoch ms of its beginning), category, template key and push service, written by a roll-up.

    `figure` is one of: attempted, accepted, displayed, clicked, dismissed, gone, emailed, subscribed, unsubscribed,
    `failed:<reason>`, `suppressed:<reason>` and, of devices that left otherwise, `ended:<status>`.
    """

    __tablename__ = "delivery_hour"

    hour: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    category: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    template: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    origin: Mapped[str] = mapped_column(sa.String(255), primary_key=True)
    figure: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    count: Mapped[int]


class PushService(db.Model):
    """A push service that asked for a pause, or refuses the shop's key: nothing is sent there until `paused_until`."""

    __tablename__ = "push_service"

    origin: Mapped[str] = mapped_column(sa.String(255), primary_key=True)
    paused_until: Mapped[int] = mapped_column(sa.BigInteger)
    reason: Mapped[str] = mapped_column(sa.String(20))
    updated_at: Mapped[int] = mapped_column(sa.BigInteger)
