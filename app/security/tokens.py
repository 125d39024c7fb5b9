"""Keys for programs: shown once, stored as a hash, limited to scopes and, if wanted, in time; revocable."""

import hashlib
import logging
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Flask, Response
from sqlalchemy.exc import SQLAlchemyError

from app.core import clock, http, outbox
from app.core.database import after_commit, db, now_ms, read_now, transaction
from app.core.errors import DatabaseBusy, Invalid, NotFound
from app.security import sessions
from app.security.doers import CLI, Doer, check_doer
from app.security.models import ApiToken

log = logging.getLogger(__name__)

SCOPES = (
    "inventory:read",
    "inventory:write",
    "chat:read",
    "chat:write",
    "push:read",
    "push:write",
    "realtime:read",
    "realtime:publish",
    "realtime:listen",
    "monitoring:read",
)

# The ledger has room for `token:` and this.
LONGEST_NAME = 74
MOST_DAYS = 3650

# A program may call a thousand times a minute; that it does is worth one write in five.
USED_EVERY_MS = 5 * 60 * 1000

KNOWN_FOR_S = 1.0
MOST_KNOWN = 1_000

# Built once: every call of a program asks it.
IS_NOTED = sa.func.coalesce(ApiToken.last_used_at > now_ms() - USED_EVERY_MS, False)
FIND = sa.select(
    ApiToken.name,
    ApiToken.scopes,
    sa.func.coalesce(ApiToken.expires_at <= now_ms(), False).label("is_over"),
    IS_NOTED.label("is_noted"),
).where(ApiToken.token_hash == sa.bindparam("hash"), ApiToken.revoked_at.is_(None))


@dataclass(frozen=True)
class Token:
    """A valid token as a request brings it. `mark` names it in the limits' keys without telling it."""

    name: str
    scopes: tuple[str, ...]
    mark: str


_known: dict[str, tuple[Token, float]] = {}
_unnoted: set[str] = set()


def init_app(app: Flask) -> None:
    app.after_request(note_uses)


def create_token(name: str, scopes: list[str], days: int | None = None, by: Doer = CLI) -> str:
    """Returns the token; it cannot be read again. Without `days` it lasts until it is revoked.

    Raises Invalid for a name, a scope or a time that cannot be, Forbidden.
    """
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Invalid(f"A token's name has 1 to {LONGEST_NAME} characters")
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise Invalid(f"Scopes are {', '.join(SCOPES)}; not {', '.join(unknown) or 'none'}")
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise Invalid(f"A token lasts 1 to {MOST_DAYS} days")
    token = "ls_" + secrets.token_urlsafe(32)
    with transaction():
        check_doer(by)
        expires_at = read_now() + days * 24 * 3600 * 1000 if days else None
        row = {"name": name, "token_hash": hash_token(token), "scopes": scopes, "expires_at": expires_at}
        db.session.add(ApiToken(**row, created_at=clock.now_ms(), created_by=by.name))
        by.note("token_created", f"token:{name}", after={"scopes": scopes, "expires_at": expires_at})
    return token


def revoke_token(name: str) -> None:
    """All of this name. Raises NotFound."""
    if not revoke_where(ApiToken.name == name, CLI):
        raise NotFound(f"No active token is called {name}")


def revoke_where(which: sa.ColumnElement[bool], by: Doer) -> list[str]:
    """End them now, with the sockets that they opened, and answer their names. Raises Forbidden."""
    ended = sa.update(ApiToken).where(which, ApiToken.revoked_at.is_(None)).values(revoked_at=clock.now_ms())
    with transaction():
        check_doer(by)
        revoked = db.session.execute(ended.returning(ApiToken.name, ApiToken.token_hash)).all()
        after_commit(_known.clear)
        for name, token_hash in revoked:
            outbox.announce(sessions.REVOKED, session_of(mark_of(token_hash)))
            by.note("token_revoked", f"token:{name}")
    return [name for name, _ in revoked]


def find_token(token: str) -> Token | None:
    """A valid one. What is revoked or over ends within a second: a program that calls all the time is not looked up every
    time.
    """
    hashed, now = hash_token(token), time.monotonic()
    known, until = _known.get(hashed, (None, 0.0))
    if known and now < until:
        return known
    row = db.session.execute(FIND, {"hash": hashed}).one_or_none()
    if row is None or row.is_over:
        return None
    if not row.is_noted:
        _unnoted.add(hashed)
    if len(_known) >= MOST_KNOWN:
        _known.clear()
    found = Token(row.name, tuple(row.scopes), mark_of(hashed))
    _known[hashed] = found, now + KNOWN_FOR_S
    return found


def note_uses(response: Response) -> Response:
    """After the answer is made, as the use of a login is."""
    while not http.is_failing() and (hashed := take_unnoted()):
        used = sa.update(ApiToken).where(ApiToken.token_hash == hashed, sa.not_(IS_NOTED))
        try:
            with transaction():
                db.session.execute(used.values(last_used_at=now_ms()))
        except (DatabaseBusy, SQLAlchemyError) as error:
            log.warning("the use of a token was not noted: %s", error)
    return response


def take_unnoted() -> str | None:
    """None also when another request has taken the last one meanwhile."""
    with suppress(KeyError):
        return _unnoted.pop()
    return None


def explain_refusal(token: str) -> str:
    """Why `find_token` knows none: whoever has an old key may hear that it is old."""
    row = db.session.execute(FIND, {"hash": hash_token(token)}).one_or_none()
    return "The API token has expired" if row and row.is_over else "The API token is unknown or revoked"


def was_given_out(token: str) -> bool:
    """Also one that is over by now: who still sends that is only late."""
    ever = sa.select(ApiToken.id).where(ApiToken.token_hash == hash_token(token))
    return db.session.scalar(ever) is not None


def mark_of(token_hash: str) -> str:
    return token_hash[:16]


def session_of(mark: str) -> str:
    """What stands for a login where sockets are opened in the name of a token."""
    return f"token:{mark}"


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
