"""Logins: rows that can be listed and ended, opened by a cookie whose hash is their key."""

import hashlib
import hmac
import logging
import secrets
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, request
from flask import session as visitor_session
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as BaseResponse

from app.core import clock, http, outbox
from app.core.database import db, delete_in_chunks, transaction
from app.core.errors import DatabaseBusy
from app.security import audit, cookies
from app.security.accounts import known_browsers, owner_mails
from app.security.errors import WrongCredentials
from app.security.events import logged_in, logged_out
from app.security.models import LoginSession, User
from app.settings import Settings

REVOKED = "session_revoked"
SUBJECT_REVOKED = "subject_revoked"
COOKIE = "sid"


# A page of an account asks every few seconds; a write each time would make every reader a writer.
SEEN_EVERY_MS = 2 * 60 * 1000

seen_at = sa.func.coalesce(LoginSession.last_seen_at, LoginSession.created_at)
# Built once: every request of somebody who is signed in runs it.
FIND = (
    sa.select(LoginSession)
    .join(LoginSession.user)
    .where(
        LoginSession.id_hash == sa.bindparam("id_hash"),
        LoginSession.expires_at > sa.bindparam("now"),
        seen_at > sa.case((User.role == "shopper", sa.bindparam("shopper")), else_=sa.bindparam("staff")),
        User.disabled_at.is_(None),
        # What was opened before the shop began to ask staff for a second factor.
        sa.or_(
            User.role == "shopper",
            User.second_factor_since.is_not(None),
            sa.bindparam("password_is_enough", type_=sa.Boolean),
        ),
    )
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Proven:
    """Whose password was right, and the hash of that password: who set another one meanwhile is not overruled."""

    user_id: int
    public_id: str
    role: str
    password_hash: str


def init_app(app: Flask) -> None:
    app.after_request(note_use)


def cookie_name() -> str:
    return cookies.full_name(COOKIE)


def hash_id(session_id: str) -> str:
    return hashlib.sha256(session_id.encode()).hexdigest()


def hash_address(email: str) -> str:
    """Names an address without telling it. Keyed, because people type passwords into the wrong field."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.digest(key, email.strip().lower().encode(), "sha256").hex()[:16]


def open_session(proven: Proven, *, since: int | None = None) -> str:
    """Open a session in the place of the one that this browser had, and return its id, for `set_cookie`.

    Call it once every factor is proven, or with `since` of the login (Unix ms) that this one goes on from: then it is not
    fresher than that one, and the owner is not told of a new browser. Raises WrongCredentials when another password was set
    meanwhile.
    """
    replaced = this_id()
    is_known = known_browsers.find_browser(proven.public_id, proven.password_hash) is not None
    session_id, actor, now = secrets.token_urlsafe(32), f"user:{proven.public_id}", clock.now_ms()
    with transaction():
        is_first = admit(proven)
        if replaced:
            end(replaced)
        db.session.add(
            LoginSession(
                id_hash=hash_id(session_id),
                user_id=proven.user_id,
                created_at=since or now,
                expires_at=now + lifetime_ms(proven.role),
                last_seen_at=now,
                ip=request.remote_addr or "",
                user_agent=request.headers.get("User-Agent", "")[:200],
            )
        )
        audit.record("login", "session", actor=actor, role=proven.role)
        if not (is_first or is_known or since):
            owner_mails.tell_of_new_browser(proven.user_id)
        if visitor := visitor_session.get("visitor"):
            logged_in.send(None, guest=f"visitor:{visitor}", owner=actor)
    return session_id


def admit(proven: Proven) -> bool:
    """Note the login at the account. Returns whether it is the account's first. Raises WrongCredentials.

    The account stays locked until the end of the transaction: who sets another password then ends this login too.
    """
    mine = sa.update(User).where(
        User.id == proven.user_id, User.password_hash == proven.password_hash, User.disabled_at.is_(None)
    )
    noted = mine.values(last_login_at=clock.now_ms()).returning(User.id)
    if db.session.scalar(noted.where(User.last_login_at.is_(None))):
        return True
    if db.session.scalar(noted):
        return False
    raise WrongCredentials()


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
    g.login_session = g.login_seen = None


def end(id_hash: str) -> None:
    db.session.execute(sa.delete(LoginSession).where(LoginSession.id_hash == id_hash))
    outbox.announce(REVOKED, id_hash)


def end_where(user_id: int, which: sa.ColumnElement[bool]) -> int:
    """Inside transaction(). Returns how many of the account's logins ended; their sockets close within a second."""
    ended = db.session.scalars(
        sa.select(LoginSession.id_hash).where(LoginSession.user_id == user_id, which)
    ).all()
    for id_hash in ended:
        end(id_hash)
    return len(ended)


def end_others(user_id: int) -> int:
    """Inside transaction(): all logins of the account but this browser's."""
    return end_where(user_id, LoginSession.id_hash != this_id())


def end_all(user_id: int, public_id: str) -> None:
    """Every login, and every other right to sockets that was given out in the account's name."""
    end_where(user_id, sa.true())
    outbox.announce(SUBJECT_REVOKED, f"user:{public_id}")


def this_id() -> str:
    """What names this browser's login; nothing without one. Also once its row is gone, which cannot be asked any more."""
    return str(g.login_seen[0]) if current_session() else ""


def current_session() -> LoginSession | None:
    if http.is_failing():
        return None
    if "login_session" not in g:
        session_id = request.cookies.get(cookie_name())
        login = find_session(session_id) if session_id else None
        g.login_session = login
        if login:
            g.login_seen = (login.id_hash, login.last_seen_at or login.created_at)
            g.actor = f"user:{login.user.public_id}"  # for log lines
    found: LoginSession | None = g.login_session
    return found


def find_session(session_id: str) -> LoginSession | None:
    now = clock.now_ms()
    shopper, staff = now - idle_ms("shopper"), now - idle_ms("staff")
    values = {"id_hash": hash_id(session_id), "now": now, "shopper": shopper, "staff": staff}
    is_enough = not current_app.config["SETTINGS"].staff_need_second_factor
    return db.session.scalar(FIND, values | {"password_is_enough": is_enough})


def idle_ms(role: str) -> int:
    """How long a login lasts without a request. An open page asks for new tokens within ten minutes, and so stays in."""
    settings: Settings = current_app.config["SETTINGS"]
    minutes = settings.SESSION_IDLE_DAYS * 24 * 60 if role == "shopper" else settings.STAFF_IDLE_MINUTES
    return minutes * 60 * 1000


def note_use(response: Response) -> Response:
    """After the answer is made, since a transaction would take from the view what it has read."""
    last, now = g.get("login_seen"), clock.now_ms()
    if last and now - last[1] > SEEN_EVERY_MS and not http.is_failing():
        used = sa.update(LoginSession).where(LoginSession.id_hash == last[0], seen_at < now - SEEN_EVERY_MS)
        try:
            with transaction():
                db.session.execute(used.values(last_seen_at=now).execution_options(synchronize_session=False))
        except (DatabaseBusy, SQLAlchemyError) as error:
            log.warning("the use of a login was not noted: %s", error)
    return response


def set_cookie(response: BaseResponse, session_id: str) -> None:
    """Also marks the browser as one that the account's owner uses."""
    session = find_session(session_id)
    age = (session.expires_at - clock.now_ms()) // 1000 if session else 0
    cookies.set_cookie(response, COOKIE, session_id, age)
    if session:
        known_browsers.remember(response, session.user.public_id, session.user.password_hash)


def clear_cookie(response: BaseResponse) -> None:
    cookies.clear_cookie(response, COOKIE)


def prune() -> None:
    now = clock.now_ms()
    idle = seen_at < now - max(idle_ms("shopper"), idle_ms("staff"))
    delete_in_chunks(LoginSession, sa.or_(LoginSession.expires_at < now, idle))
