"""Second factors, the codes that stand in for them, and sign-ins that wait for one."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import db
from app.security.models import User


class SecondFactor(db.Model):
    """What a sign-in asks for; that there is one says `User.second_factor_since`, which every request reads.

    `last_step` is the newest 30 seconds of which a code was taken. `tries` were made since `tries_since` (database ms).
    """

    __tablename__ = "second_factor"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), primary_key=True)
    sealed: Mapped[str] = mapped_column(sa.Text)
    last_step: Mapped[int] = mapped_column(sa.BigInteger)
    tries: Mapped[int]
    tries_since: Mapped[int] = mapped_column(sa.BigInteger)


class RecoveryCode(db.Model):
    """A used one stays until others are made, so that the page can say how many are left of how many."""

    __tablename__ = "recovery_code"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    used_at: Mapped[int | None] = mapped_column(sa.BigInteger)


class PendingLogin(db.Model):
    """A sign-in of which the password was right. It opens nothing but the page that asks for the second factor.

    Only the hash of its id is stored. `expires_at` is in ms of the database's clock.
    """

    __tablename__ = "pending_login"

    id_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    password_stamp: Mapped[str] = mapped_column(sa.String(16))
    expires_at: Mapped[int] = mapped_column(sa.BigInteger)

    user: Mapped[User] = relationship(lazy="joined")
