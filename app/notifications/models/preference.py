"""What people chose to be told, and how."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import db

CHANNELS = ("page", "push", "email")


class Preference(db.Model):
    """A choice that differs from the category's default; the defaults are in code. `source` is where it was made."""

    __tablename__ = "notification_preference"
    __table_args__ = (sa.CheckConstraint(f"channel IN {CHANNELS}", name="channel"),)

    subject: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    category: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    channel: Mapped[str] = mapped_column(sa.String(5), primary_key=True)
    enabled: Mapped[bool]
    source: Mapped[str] = mapped_column(sa.String(20), default="settings")
    updated_at: Mapped[int] = mapped_column(sa.BigInteger)


class NotificationSettings(db.Model):
    """When somebody is not to be disturbed: minutes since midnight in `zone`, from `quiet_start` on until `quiet_end`."""

    __tablename__ = "notification_settings"
    __table_args__ = (
        sa.CheckConstraint("quiet_start BETWEEN 0 AND 1439", name="quiet_start"),
        sa.CheckConstraint("quiet_end BETWEEN 0 AND 1439", name="quiet_end"),
        sa.CheckConstraint("(quiet_start IS NULL) = (quiet_end IS NULL)", name="quiet"),
    )

    subject: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    quiet_start: Mapped[int | None]
    quiet_end: Mapped[int | None]
    zone: Mapped[str] = mapped_column(sa.String(60), default="UTC")
    paused_until: Mapped[int | None] = mapped_column(sa.BigInteger)
    updated_at: Mapped[int] = mapped_column(sa.BigInteger)


class Suppression(db.Model):
    """An address that takes no more mail. `reason`: bounced, complained or unsubscribed."""

    __tablename__ = "mail_suppression"
    __table_args__ = (
        sa.CheckConstraint("reason IN ('bounced', 'complained', 'unsubscribed')", name="reason"),
    )

    address: Mapped[str] = mapped_column(sa.String(254), primary_key=True)
    reason: Mapped[str] = mapped_column(sa.String(12))
    detail: Mapped[str] = mapped_column(sa.String(200), default="")
    created_at: Mapped[int] = mapped_column(sa.BigInteger)
