"""What was done about whom, and who may not be kept out."""

import secrets
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import BigKey, db

KINDS = ("blocked", "slowed", "logged")


def new_public_id() -> str:
    return secrets.token_hex(12)


class SecurityEvent(db.Model):
    """A client that reached the bar. `client` is an address, an IPv6 network or `user:<id>`; `times` is 1 the first time in
    a week, `reasons` the points by signal, `evidence` the requests as `{at, method, path, status, signals, points}`.

    In force until `until_at`, unless `lifted_at` is set; one that is only `logged` kept nobody out.
    """

    __tablename__ = "security_event"
    __table_args__ = (
        sa.CheckConstraint(f"kind IN {KINDS}", name="kind"),
        sa.Index("ix_security_event_client", "client", "at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(24), unique=True)
    at: Mapped[int] = mapped_column(sa.BigInteger, index=True)
    client: Mapped[str] = mapped_column(sa.String(80))
    address: Mapped[str] = mapped_column(sa.String(45))
    kind: Mapped[str] = mapped_column(sa.String(8))
    times: Mapped[int]
    points: Mapped[int]
    reasons: Mapped[dict[str, int]] = mapped_column(sa.JSON)
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)
    until_at: Mapped[int] = mapped_column(sa.BigInteger, index=True)
    lifted_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    lifted_by: Mapped[str | None] = mapped_column(sa.String(80))
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    told_at: Mapped[int | None] = mapped_column(sa.BigInteger)


class AllowedNetwork(db.Model):
    """Addresses that count for nothing until `until_at`, unless `ended_at` is set. `network` is in CIDR notation."""

    __tablename__ = "allowed_network"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(24), unique=True, default=new_public_id)
    network: Mapped[str] = mapped_column(sa.String(43))
    note: Mapped[str] = mapped_column(sa.String(200))
    created_at: Mapped[int] = mapped_column(sa.BigInteger)
    created_by: Mapped[str] = mapped_column(sa.String(80))
    until_at: Mapped[int] = mapped_column(sa.BigInteger, index=True)
    ended_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    ended_by: Mapped[str | None] = mapped_column(sa.String(80))
