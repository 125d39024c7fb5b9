"""What waits for a click in a mail, and how often somebody tried to get in. Moments are of the database's clock."""

import secrets

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import db


def new_id() -> str:
    return secrets.token_hex(16)


class Registration(db.Model):
    """An account that nobody has confirmed. No row of `user_account`, so that nothing takes it for an account."""

    __tablename__ = "registration"

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    return_to: Mapped[str] = mapped_column(sa.String(300))
    expires_at: Mapped[int] = mapped_column(sa.BigInteger, index=True)


class AddressChange(db.Model):
    """The address that an account is to have once somebody who reads its mail says so."""

    __tablename__ = "address_change"

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), unique=True)
    email: Mapped[str] = mapped_column(sa.String(254))
    expires_at: Mapped[int] = mapped_column(sa.BigInteger, index=True)


class LoginTries(db.Model):
    """Tries to sign in that did not succeed, by whom they count for: strangers to an account, or one browser."""

    __tablename__ = "login_tries"

    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    count: Mapped[int]
    blocked_until: Mapped[int] = mapped_column(sa.BigInteger)
    tried_at: Mapped[int] = mapped_column(sa.BigInteger, index=True)
