"""The words of notifications, in versions."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import BigKey, db, partial_index

TEMPLATE_STATUSES = ("draft", "published", "retired")


class NotificationTemplate(db.Model):
    """One version of the words of a kind of message. A published one never changes: its successor is a new row.

    `actions` are at most two of {action, title, url}. The sources may use the variables that `key` declares in code, and
    filters.
    """

    __tablename__ = "notification_template"
    __table_args__ = (
        sa.CheckConstraint(f"status IN {TEMPLATE_STATUSES}", name="status"),
        sa.UniqueConstraint("key", "language", "version"),
        partial_index(
            "uq_notification_template_published", "key", "status = 'published'", "language", unique=True
        ),
        partial_index("uq_notification_template_draft", "key", "status = 'draft'", "language", unique=True),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(40))
    language: Mapped[str] = mapped_column(sa.String(12), default="en")
    version: Mapped[int]
    title: Mapped[str] = mapped_column(sa.Text)
    body: Mapped[str] = mapped_column(sa.Text)
    url: Mapped[str] = mapped_column(sa.Text)
    actions: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    status: Mapped[str] = mapped_column(sa.String(9))
    changed_by: Mapped[str] = mapped_column(sa.String(80))
    changed_at: Mapped[int] = mapped_column(sa.BigInteger)
