"""What admins look at: who is kept out now and why, and what was."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.core.database import db
from app.core.errors import NotFound
from app.security.limits import UNKNOWN, key_of
from app.security.models import User
from app.security.threats.clients import ACCOUNT, is_account
from app.security.threats.lifting import IN_FORCE
from app.security.threats.models import SecurityEvent

PAGE = 50
MOST_SHOWN = 200


@dataclass(frozen=True)
class Page:
    events: Sequence[SecurityEvent]
    older_than: int | None


def list_in_force() -> Sequence[SecurityEvent]:
    """Newest first; of a crowd the newest ones."""
    rows = sa.select(SecurityEvent).where(IN_FORCE).order_by(SecurityEvent.id.desc()).limit(MOST_SHOWN)
    return db.session.scalars(rows).all()


def count_in_force() -> int:
    count = sa.select(sa.func.count()).select_from(SecurityEvent).where(IN_FORCE)
    return db.session.scalar(count) or 0


def is_in_force(client: str) -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(IN_FORCE, SecurityEvent.client == client))))


def list_events(text: str = "", before: int | None = None) -> Page:
    """Newest first, of all clients or of those that `text` names: an address, a part of one, an account's id or email."""
    rows = sa.select(SecurityEvent).order_by(SecurityEvent.id.desc()).limit(PAGE + 1)
    if text:
        rows = rows.where(is_named(text))
    if before is not None:
        rows = rows.where(SecurityEvent.id < before)
    found = db.session.scalars(rows).all()
    return Page(found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None)


def is_named(text: str) -> sa.ColumnElement[bool]:
    names = {text, f"{ACCOUNT}{text}"}
    if (key := key_of(text)) != UNKNOWN:
        names.add(key)
    accounts = sa.select(ACCOUNT + User.public_id).where(User.email == text.lower())
    return sa.or_(
        SecurityEvent.client.in_(names),
        SecurityEvent.client.startswith(text, autoescape=True),
        SecurityEvent.address.startswith(text, autoescape=True),
        SecurityEvent.client.in_(accounts),
    )


def get_event(public_id: str) -> SecurityEvent:
    """Raises NotFound."""
    found = db.session.scalar(sa.select(SecurityEvent).where(SecurityEvent.public_id == public_id))
    if found is None:
        raise NotFound("There is no such event, or it was deleted after 90 days")
    return found


def name_accounts(names: Iterable[str | None]) -> dict[str, str]:
    """The email of each account among them, such as `user:ab12`."""
    ids = {name.removeprefix(ACCOUNT) for name in names if name and is_account(name)}
    if not ids:
        return {}
    rows = db.session.execute(sa.select(User.public_id, User.email).where(User.public_id.in_(ids)))
    return {f"{ACCOUNT}{public_id}": email for public_id, email in rows}
