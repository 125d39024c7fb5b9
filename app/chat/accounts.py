"""The account behind a subject."""

import sqlalchemy as sa

from app.core.database import db
from app.security.models import User


def find_account(subject: str) -> User | None:
    """None for guests, programs and those whom a program speaks for."""
    kind, _, public_id = subject.partition(":")
    if kind != "user":
        return None
    return db.session.scalar(sa.select(User).where(User.public_id == public_id))
