"""Who works here: what admins see of an account, and what they may do to it besides its role (`users`)."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.core import clock
from app.core.database import db, transaction
from app.core.errors import NotFound
from app.security import sessions
from app.security.doers import Doer, check_doer, check_may_lose
from app.security.factors import recovery_codes, second_factor
from app.security.models import LoginSession, User

# Words for the mail; the audit keeps the key.
REASONS = {
    "lost": "Your phone is lost or broken",
    "moved": "You have another phone",
    "misused": "Somebody else may have used it",
}


@dataclass(frozen=True)
class Person:
    """Moments are in Unix ms; `last_seen_at` is a few minutes late at most and missing for who never signed in."""

    id: str
    name: str
    email: str
    role: str
    since: int
    last_seen_at: int | None
    second_factor_since: int | None
    disabled_at: int | None
    logins: int


def list_staff() -> list[Person]:
    return list_where(User.role != "shopper")


def get_person(public_id: str) -> Person:
    """Also a shopper. Raises NotFound."""
    found = list_where(User.public_id == public_id)
    if not found:
        raise NotFound("There is no such account")
    return found[0]


def list_where(which: sa.ColumnElement[bool]) -> list[Person]:
    seen = sa.func.max(sessions.seen_at)
    logins = sa.func.count().filter(is_open())
    rows = sa.select(User, seen, logins).outerjoin(LoginSession, LoginSession.user_id == User.id)
    ordered = rows.where(which).group_by(User.id).order_by(sa.func.lower(User.name), User.id)
    return [describe(*row) for row in db.session.execute(ordered)]


def is_open() -> sa.ColumnElement[bool]:
    """What was idle for too long opens nothing any more, though it is not cleared away yet."""
    now = clock.now_ms()
    shopper, staff = now - sessions.idle_ms("shopper"), now - sessions.idle_ms("staff")
    idle_since = sa.case((User.role == "shopper", shopper), else_=staff)
    return sa.and_(LoginSession.expires_at > now, sessions.seen_at > idle_since)


def describe(user: User, seen_at: int | None, logins: int) -> Person:
    return Person(
        id=user.public_id,
        name=user.name,
        email=user.email,
        role=user.role,
        since=user.created_at,
        last_seen_at=max(filter(None, (seen_at, user.last_login_at)), default=None),
        second_factor_since=user.second_factor_since,
        disabled_at=user.disabled_at,
        logins=logins,
    )


def count_codes(public_id: str) -> int:
    user_id = db.session.scalar(sa.select(User.id).where(User.public_id == public_id))
    return recovery_codes.count_left(user_id) if user_id else 0


def end_sessions(public_id: str, by: Doer) -> None:
    """Their sockets close within a second. Raises NotFound, Forbidden."""
    with transaction():
        check_doer(by)
        user = get_user(public_id)
        sessions.end_all(user.id, user.public_id)
        by.note("sessions_ended", f"user:{public_id}")


def reset_factor(public_id: str, reason: str, by: Doer) -> None:
    """Take the second factor away, and all logins with it; the person hears of it. Raises NotFound, Forbidden, LastAdmin.

    Who may do it is as for a role: whoever can take another's factor and set their password is them from then on.
    """
    with transaction():
        check_doer(by)
        user = get_user(public_id)
        check_may_lose(user, by, [])
        if user.second_factor_since is None:
            raise NotFound("There is no second factor to reset")
        second_factor.take_away(user)
        sessions.end_all(user.id, user.public_id)
        by.note("second_factor_reset", f"user:{public_id}", after={"reason": reason})
        second_factor.tell(user, "Your second factor was reset by an admin", f"{REASONS[reason]}, they said.")


def get_user(public_id: str) -> User:
    """Inside transaction(). Raises NotFound."""
    user = db.session.scalar(sa.select(User).where(User.public_id == public_id).with_for_update())
    if user is None:
        raise NotFound("There is no such account")
    return user
