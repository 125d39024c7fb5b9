"""Logins: rows that can be listed and ended, opened by a cookie whose hash is their key."""

import hashlib
import hmac
import secrets

import sqlalchemy as sa
from flask import current_app, g, request
from flask import session as visitor_session
from werkzeug.wrappers import Response

from app.core import clock, http, outbox
from app.core.database import db, delete_in_chunks, transaction
from app.security import audit
from app.security.errors import WrongCredentials
from app.security.events import logged_in, logged_out
from app.security.models import LoginSession, User
from app.security.passwords import is_password
from app.settings import Settings

REVOKED = "session_revoked"
SUBJECT_REVOKED = "subject_revoked"


def cookie_name() -> str:
    return "__Host-sid" if is_https() else "sid"


def is_https() -> bool:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.PUBLIC_URL.startswith("https:")


def hash_id(session_id: str) -> str:
    return hashlib.sha256(session_id.encode()).hexdigest()


def hash_address(email: str) -> str:
    """Names an address without telling it. Keyed, because people type passwords into the wrong field."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.digest(key, email.strip().lower().encode(), "sha256").hex()[:16]


def log_in(email: str, password: str) -> str:
    """Open a session and return its id, for the cookie. Raises WrongCredentials."""
    user = db.session.scalar(sa.select(User).where(User.email == email.strip().lower()))
    if not is_password(user.password_hash if user else None, password) or user is None or user.disabled_at:
        account = f"user:{user.public_id}" if user else f"address:{hash_address(email)}"
        with transaction():
            audit.record("login_failed", account, actor="guest", role="guest")
        raise WrongCredentials()
    user_id, public_id, role, checked = user.id, user.public_id, user.role, user.password_hash
    earlier = current_session()
    replaced = earlier.id_hash if earlier else None
    session_id = secrets.token_urlsafe(32)
    with transaction():
        if not is_still(user_id, checked):
            raise WrongCredentials()
        if replaced:
            end(replaced)
        db.session.add(
            LoginSession(
                id_hash=hash_id(session_id),
                user_id=user_id,
                created_at=clock.now_ms(),
                expires_at=clock.now_ms() + lifetime_ms(role),
                ip=request.remote_addr or "",
                user_agent=request.headers.get("User-Agent", "")[:200],
            )
        )
        audit.record("login", "session", actor=f"user:{public_id}", role=role)
        if visitor := visitor_session.get("visitor"):
            logged_in.send(None, guest=f"visitor:{visitor}", owner=f"user:{public_id}")
    return session_id


def is_still(user_id: int, password_hash: str) -> bool:
    """Whether nobody set another password while this one was checked; locked, or its logins would be ended too early."""
    mine = sa.select(User.id).where(User.id == user_id, User.password_hash == password_hash)
    return db.session.scalar(mine.with_for_update(read=True)) is not None


def lifetime_ms(role: str) -> int:
    settings: Settings = current_app.config["SETTINGS"]
    hours = settings.SESSION_DAYS * 24 if role == "shopper" else settings.STAFF_SESSION_HOURS
    return hours * 3600 * 1000


def log_out() -> None:
    """End this browser's session; its sockets close within a second."""
    session = current_session()
    if session is None:
        return
    id_hash, actor, role = session.id_hash, f"user:{session.user.public_id}", session.user.role
    with transaction():
        end(id_hash)
        audit.record("logout", "session", actor=actor, role=role)
        logged_out.send(None, owner=actor)
    g.login_session = None


def end(id_hash: str) -> None:
    db.session.execute(sa.delete(LoginSession).where(LoginSession.id_hash == id_hash))
    outbox.announce(REVOKED, id_hash)


def end_all(user_id: int, public_id: str) -> None:
    """Every login, and every other right to sockets that was given out in the account's name."""
    mine = sa.select(LoginSession.id_hash).where(LoginSession.user_id == user_id)
    for id_hash in db.session.scalars(mine).all():
        end(id_hash)
    outbox.announce(SUBJECT_REVOKED, f"user:{public_id}")


def current_session() -> LoginSession | None:
    if http.is_failing():
        return None
    if "login_session" not in g:
        session_id = request.cookies.get(cookie_name())
        g.login_session = find_session(session_id) if session_id else None
    found: LoginSession | None = g.login_session
    return found


def find_session(session_id: str) -> LoginSession | None:
    return db.session.scalar(
        sa.select(LoginSession)
        .join(LoginSession.user)
        .where(
            LoginSession.id_hash == hash_id(session_id),
            LoginSession.expires_at > clock.now_ms(),
            User.disabled_at.is_(None),
        )
    )


def set_cookie(response: Response, session_id: str) -> None:
    session = find_session(session_id)
    age = (session.expires_at - clock.now_ms()) // 1000 if session else 0
    response.set_cookie(
        cookie_name(), session_id, max_age=age, httponly=True, samesite="Lax", secure=is_https(), path="/"
    )


def clear_cookie(response: Response) -> None:
    response.delete_cookie(cookie_name(), httponly=True, samesite="Lax", secure=is_https(), path="/")


def prune() -> None:
    delete_in_chunks(LoginSession, LoginSession.expires_at < clock.now_ms())
