"""Sign-ins between the password and the code. They open no page of the account, last ten minutes, and end in one session."""

import hashlib
import secrets

import sqlalchemy as sa
from flask import current_app
from flask import session as visitor_session

from app.core.database import db, delete_in_chunks, now_ms, transaction
from app.security.factors.models import PendingLogin
from app.security.models import User
from app.security.sessions import Proven
from app.settings import Settings

LIFETIME_MS = 10 * 60 * 1000
NAME = "pending_login"
CODE_PAGE, SET_UP_PAGE = "/login/code", "/login/second-factor"


def lacks_factor(user: User) -> bool:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.staff_need_second_factor and user.is_staff and user.second_factor_since is None


def start(proven: Proven) -> str | None:
    """The page that has to follow a right password, if any has to; this browser's cookie then holds the sign-in's id.

    Staff that must have a second factor and have none set it up before they are signed in, so that no page, socket or API
    has to look for it.
    """
    user = db.session.get_one(User, proven.user_id)
    if user.second_factor_since is None and not lacks_factor(user):
        return None
    page = SET_UP_PAGE if user.second_factor_since is None else CODE_PAGE
    pending_id = secrets.token_urlsafe(32)
    row = {
        "id_hash": hash_id(pending_id),
        "user_id": proven.user_id,
        "password_stamp": stamp(proven.password_hash),
        "expires_at": now_ms() + LIFETIME_MS,
    }
    with transaction():
        db.session.execute(sa.insert(PendingLogin).values(**row))
    visitor_session[NAME] = pending_id
    return page


def find_user() -> User | None:
    """Who is waiting at this browser; None when it took too long, or the password or the account was changed since."""
    waiting = db.session.scalar(
        sa.select(PendingLogin)
        .join(PendingLogin.user)
        .where(
            PendingLogin.id_hash == hash_id(visitor_session.get(NAME, "")),
            PendingLogin.expires_at > now_ms(),
            User.disabled_at.is_(None),
        )
    )
    return waiting.user if waiting and stamp(waiting.user.password_hash) == waiting.password_stamp else None


def take(user: User) -> bool:
    """Inside the transaction that opens the session: of two that finish one sign-in, the second finds nothing."""
    mine = PendingLogin.id_hash == hash_id(visitor_session.get(NAME, ""))
    taken = sa.delete(PendingLogin).where(mine, PendingLogin.expires_at > now_ms())
    return db.session.scalar(taken.returning(PendingLogin.password_stamp)) == stamp(user.password_hash)


def stamp(password_hash: str) -> str:
    """Changes with the password, so that a new one ends what the old one began."""
    return hashlib.sha256(password_hash.encode()).hexdigest()[:16]


def hash_id(pending_id: str) -> str:
    return hashlib.sha256(pending_id.encode()).hexdigest()


def prune() -> None:
    delete_in_chunks(PendingLogin, PendingLogin.expires_at < now_ms())
