"""Keys for programs: shown once, stored as a hash, limited to scopes, revocable."""

import hashlib
import secrets
import time
from dataclasses import dataclass

import sqlalchemy as sa

from app.core import clock, outbox
from app.core.database import after_commit, db, transaction
from app.core.errors import Invalid, NotFound
from app.security import audit, sessions
from app.security.models import ApiToken

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

KNOWN_FOR_S = 1.0
MOST_KNOWN = 1_000

# Built once: every call of a program asks it.
FIND = sa.select(ApiToken.name, ApiToken.scopes).where(
    ApiToken.token_hash == sa.bindparam("hash"), ApiToken.revoked_at.is_(None)
)


@dataclass(frozen=True)
class Token:
    """A valid token as a request brings it. `mark` names it in the limits' keys without telling it."""

    name: str
    scopes: tuple[str, ...]
    mark: str


_known: dict[str, tuple[Token, float]] = {}


def create_token(name: str, scopes: list[str]) -> str:
    """Returns the token; it cannot be read again. Raises Invalid for a name or a scope that cannot be."""
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Invalid(f"A token's name has 1 to {LONGEST_NAME} characters")
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise Invalid(f"Scopes are {', '.join(SCOPES)}; not {', '.join(unknown) or 'none'}")
    token = "ls_" + secrets.token_urlsafe(32)
    with transaction():
        db.session.add(
            ApiToken(name=name, token_hash=hash_token(token), scopes=scopes, created_at=clock.now_ms())
        )
        audit.record("token_created", f"token:{name}", actor="cli", role="admin", after={"scopes": scopes})
    return token


def revoke_token(name: str) -> None:
    with transaction():
        revoked = db.session.execute(
            sa.update(ApiToken)
            .where(ApiToken.name == name, ApiToken.revoked_at.is_(None))
            .values(revoked_at=clock.now_ms())
            .returning(ApiToken.token_hash)
        ).all()
        if not revoked:
            raise NotFound(f"No active token is called {name}")
        after_commit(_known.clear)
        for (token_hash,) in revoked:
            outbox.announce(sessions.REVOKED, session_of(mark_of(token_hash)))
        audit.record("token_revoked", f"token:{name}", actor="cli", role="admin")


def find_token(token: str) -> Token | None:
    """A revoked token ends within a second: a program that calls all the time is not looked up every time."""
    hashed, now = hash_token(token), time.monotonic()
    known, until = _known.get(hashed, (None, 0.0))
    if known and now < until:
        return known
    row = db.session.execute(FIND, {"hash": hashed}).one_or_none()
    if row is None:
        return None
    if len(_known) >= MOST_KNOWN:
        _known.clear()
    found = Token(row.name, tuple(row.scopes), mark_of(hashed))
    _known[hashed] = found, now + KNOWN_FOR_S
    return found


def mark_of(token_hash: str) -> str:
    return token_hash[:16]


def session_of(mark: str) -> str:
    """What stands for a login where sockets are opened in the name of a token."""
    return f"token:{mark}"


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
