"""Accounts, their logins, tokens for programs, and the audit record."""

import secrets
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import BigKey, db

ROLES = ("shopper", "agent", "staff", "admin")


def new_public_id() -> str:
    return secrets.token_hex(6)


class User(db.Model):
    __tablename__ = "user_account"
    __table_args__ = (sa.CheckConstraint(f"role IN {ROLES}", name="role"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(12), unique=True, default=new_public_id)
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    role: Mapped[str] = mapped_column(sa.String(10))
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    disabled_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    created_at: Mapped[int] = mapped_column(sa.BigInteger)
    last_login_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    second_factor_since: Mapped[int | None] = mapped_column(sa.BigInteger)

    @property
    def is_staff(self) -> bool:
        return self.role != "shopper"


class LoginSession(db.Model):
    """One login of one browser. Only the hash of its cookie is stored, so a leaked table opens nothing.

    `last_seen_at` is a few minutes late at most, and missing for a login that the release before this one opened.
    """

    __tablename__ = "login_session"

    id_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    created_at: Mapped[int] = mapped_column(sa.BigInteger)
    expires_at: Mapped[int] = mapped_column(sa.BigInteger)
    last_seen_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    ip: Mapped[str] = mapped_column(sa.String(45))
    user_agent: Mapped[str] = mapped_column(sa.String(200))

    user: Mapped[User] = relationship(lazy="joined")


class ApiToken(db.Model):
    """A program's key; only its hash is stored. `scopes` is a list such as ["inventory:write"].

    One without `expires_at` lasts until it is revoked.
    """

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    scopes: Mapped[list[str]] = mapped_column(sa.JSON)
    created_at: Mapped[int] = mapped_column(sa.BigInteger)
    expires_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    revoked_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    created_by: Mapped[str] = mapped_column(sa.String(80), default="", server_default="")
    last_used_at: Mapped[int | None] = mapped_column(sa.BigInteger)


class AuditEntry(db.Model):
    """One deed. Triggers in the database refuse to change or delete one.

    `sequence`, from 1 without gaps, `placed_at`, `prev_hash` and `hash` are its place in the chain (`trail.chain`), which
    entries of an older release get from the clock.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        sa.Index("ix_audit_entry_sequence", "sequence", unique=True),
        sa.Index("ix_audit_entry_actor", "actor", "at"),
        sa.Index("ix_audit_entry_action", "action", "at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    at: Mapped[int] = mapped_column(sa.BigInteger, index=True)
    actor: Mapped[str] = mapped_column(sa.String(80))
    actor_role: Mapped[str] = mapped_column(sa.String(10))
    ip: Mapped[str] = mapped_column(sa.String(45))
    action: Mapped[str] = mapped_column(sa.String(60))
    object: Mapped[str] = mapped_column(sa.String(120))
    before: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
    after: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
    request_id: Mapped[str] = mapped_column(sa.String(32))
    sequence: Mapped[int | None] = mapped_column(sa.BigInteger)
    placed_at: Mapped[int | None] = mapped_column(sa.BigInteger)
    prev_hash: Mapped[str | None] = mapped_column(sa.String(64))
    hash: Mapped[str | None] = mapped_column(sa.String(64))
