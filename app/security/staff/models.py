"""Invitations that wait to be taken up."""

import secrets

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import db

STAFF_ROLES = ("agent", "staff", "admin")


def new_id() -> str:
    return secrets.token_hex(16)


class Invitation(db.Model):
    """One for an address. Its mail's link holds the id, so sending it again, which gives it another, ends the link before.

    `expires_at` is in ms of the database's clock.
    """

    __tablename__ = "invitation"
    __table_args__ = (sa.CheckConstraint(f"role IN {STAFF_ROLES}", name="role"),)

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    role: Mapped[str] = mapped_column(sa.String(10))
    invited_by: Mapped[str] = mapped_column(sa.String(80))
    sent_at: Mapped[int] = mapped_column(sa.BigInteger)
    expires_at: Mapped[int] = mapped_column(sa.BigInteger)
