"""Where somebody is signed in, and how they end that from afar."""

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from app.core import clock
from app.core.database import db, transaction
from app.core.user_agents import describe_browser
from app.security import audit, sessions
from app.security.models import LoginSession, User


@dataclass(frozen=True)
class OwnSession:
    """`id` names it in a form of its owner; moments are in Unix ms."""

    id: str
    browser: str
    ip: str
    first_seen_at: int
    last_seen_at: int
    is_this: bool


def list_sessions(user: User) -> list[OwnSession]:
    """This browser's first, the others by their last use."""
    this, now = sessions.this_id(), clock.now_ms()
    # What was idle for too long opens nothing any more, though it is not cleared away yet.
    open_still = (LoginSession.expires_at > now, sessions.seen_at > now - sessions.idle_ms(user.role))
    rows = db.session.scalars(sa.select(LoginSession).where(LoginSession.user_id == user.id, *open_still))
    found = [
        OwnSession(
            row.id_hash,
            describe_browser(row.user_agent),
            row.ip,
            row.created_at,
            row.last_seen_at or row.created_at,
            row.id_hash == this,
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: (not each.is_this, -each.last_seen_at))


def end_session(user: User, id: str) -> None:
    """One of the user's own; nothing happens for another's."""
    record_end(user, lambda user_id: sessions.end_where(user_id, LoginSession.id_hash == id))


def end_others(user: User) -> None:
    """All but this browser's."""
    record_end(user, sessions.end_others)


def record_end(user: User, end: Callable[[int], int]) -> None:
    user_id, actor, role = user.id, f"user:{user.public_id}", user.role
    with transaction():
        if count := end(user_id):
            audit.record("sessions_ended", actor, actor=actor, role=role, after={"count": count})
