"""What somebody is told, and promotions, which tell many the same."""

import secrets
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import BigKey, db, partial_index

EMAIL_STATES = ("none", "due", "sent", "skipped", "failed")
CAMPAIGN_STATUSES = ("draft", "sending", "sent", "stopped")


def new_notification_id() -> str:
    return secrets.token_hex(16)


class Notification(db.Model):
    """One message to one subject, as it reads: the bell shows it, and pushes and mails are copies of it.

    `dedup_key` names the occasion (`order:K-1001:shipped:user:ab12`), so that an event handled twice tells once. `about`
    names what it is about (`sku:CUP`, `room:ab12`), by which it can become irrelevant. `not_before` is the end of quiet
    hours; nothing is sent after `expires_at`. `fallback_at` is when a mail goes if nothing was seen by then.
    """

    __tablename__ = "notification"
    __table_args__ = (
        sa.CheckConstraint(f"email_state IN {EMAIL_STATES}", name="email_state"),
        sa.Index("ix_notification_subject", "subject", "id"),
        partial_index("ix_notification_unread", "subject", "read_at IS NULL"),
        partial_index("ix_notification_fallback", "fallback_at", "email_state = 'due'"),
        sa.Index("ix_notification_about", "about"),
        sa.Index("ix_notification_created", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(32), unique=True, default=new_notification_id)
    subject: Mapped[str] = mapped_column(sa.String(80))
    category: Mapped[str] = mapped_column(sa.String(40))
    template_id: Mapped[int] = mapped_column(sa.ForeignKey("notification_template.id"), index=True)
    campaign_id: Mapped[int | None] = mapped_column(sa.ForeignKey("campaign.id"), index=True)
    dedup_key: Mapped[str] = mapped_column(sa.String(200), unique=True)
    about: Mapped[str] = mapped_column(sa.String(80), default="")
    title: Mapped[str] = mapped_column(sa.String(200))
    body: Mapped[str] = mapped_column(sa.String(600))
    url: Mapped[str] = mapped_column(sa.String(500))
    actions: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    facts: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    in_page: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[int] = mapped_column(sa.BigInteger)
    not_before: Mapped[int] = mapped_column(sa.BigInteger)
    expires_at: Mapped[int] = mapped_column(sa.BigInteger)
    read_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    fallback_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    email_state: Mapped[str] = mapped_column(sa.String(7), default="none")
    emailed_at: Mapped[int | None] = mapped_column(sa.BigInteger)


class Campaign(db.Model):
    """A promotion. It is expanded into notifications in chunks; `cursor` is the last subject that has its own."""

    __tablename__ = "campaign"
    __table_args__ = (sa.CheckConstraint(f"status IN {CAMPAIGN_STATUSES}", name="status"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(32), unique=True, default=new_notification_id)
    name: Mapped[str] = mapped_column(sa.String(120))
    template_id: Mapped[int] = mapped_column(sa.ForeignKey("notification_template.id"))
    facts: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    status: Mapped[str] = mapped_column(sa.String(8), default="draft")
    cursor: Mapped[str] = mapped_column(sa.String(80), default="")
    told: Mapped[int] = mapped_column(default=0)
    created_by: Mapped[str] = mapped_column(sa.String(80))
    created_at: Mapped[int] = mapped_column(sa.BigInteger)
    started_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    ended_at: Mapped[int | None] = mapped_column(sa.BigInteger)
