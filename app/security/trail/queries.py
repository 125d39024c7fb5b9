"""The trail as admins read it: who did what to which object, what was there before and after, from where."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.core.database import db, now_ms
from app.security.models import User
from app.security.trail.chain import entry

PAGE = 50
CHUNK = 500
DAY_MS = 24 * 3600 * 1000
# By the index, from one to the next: to read all entries for a dozen names would take longer each year.
ACTIONS = sa.text("""
WITH RECURSIVE named(action) AS (
  SELECT MIN(action) FROM audit_entry
  UNION ALL SELECT (SELECT MIN(action) FROM audit_entry WHERE action > named.action) FROM named
  WHERE named.action IS NOT NULL
) SELECT action FROM named WHERE action IS NOT NULL
""")
subject = sa.literal("user:") + User.public_id


@dataclass(frozen=True)
class Search:
    """`who` is an account's name or address, or an actor as the trail has it; `about` a part of an object. Empty: all.
    `days` back from now, 0 for everything."""

    who: str = ""
    action: str = ""
    about: str = ""
    days: int = 30


@dataclass(frozen=True)
class Change:
    """One field; None where it was not there."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Deed:
    """An entry with the names of the accounts in it. `at` is in ms."""

    at: int
    sequence: int | None
    actor: str
    actor_name: str
    role: str
    action: str
    object: str
    object_name: str
    changes: list[Change]
    ip: str
    request_id: str


@dataclass(frozen=True)
class TrailPage:
    """`next` is the key of the page after it."""

    deeds: list[Deed]
    next: str | None


def list_deeds(search: Search, after: str = "") -> TrailPage:
    """Newest first. `after` is the `next` of the page before."""
    wanted = matching(search)
    moment, _, last = after.partition("-")
    if is_number(moment) and is_number(last):
        wanted.append(sa.tuple_(entry.c.at, entry.c.id) < sa.tuple_(int(moment), int(last)))
    newest = sa.select(entry).where(*wanted).order_by(entry.c.at.desc(), entry.c.id.desc())
    rows = db.session.execute(newest.limit(PAGE + 1)).all()
    shown = rows[:PAGE]
    more = len(rows) > PAGE
    return TrailPage(name_all(shown), f"{shown[-1].at}-{shown[-1].id}" if more else None)


def read_all(search: Search) -> Iterator[Any]:
    """Rows with the columns of AuditEntry, oldest first, a few hundred at a time; those that come meanwhile too."""
    wanted, last = matching(search), 0
    while rows := db.session.execute(
        sa.select(entry).where(*wanted, entry.c.id > last).order_by(entry.c.id).limit(CHUNK)
    ).all():
        last = rows[-1].id
        yield from rows


def matching(search: Search) -> list[sa.ColumnElement[bool]]:
    wanted: list[sa.ColumnElement[bool]] = []
    if search.days:
        wanted.append(entry.c.at >= now_ms() - search.days * DAY_MS)
    if search.action:
        wanted.append(entry.c.action == search.action)
    if search.about:
        wanted.append(entry.c.object.icontains(search.about, autoescape=True))
    if search.who:
        named = User.name.icontains(search.who, autoescape=True) | (User.email == search.who.lower())
        accounts = sa.select(subject).where(named)
        wanted.append(entry.c.actor.in_(accounts) | entry.c.actor.istartswith(search.who, autoescape=True))
    return wanted


def list_actions() -> Sequence[str]:
    return db.session.scalars(ACTIONS).all()


def is_number(text: str) -> bool:
    """One that every database takes for a whole number of its own."""
    return text.isascii() and text.isdecimal() and len(text) < 18


def name_all(rows: Iterable[Any]) -> list[Deed]:
    named = sorted({name for row in rows for name in (row.actor, row.object) if name.startswith("user:")})
    found = db.session.execute(sa.select(subject, User.name).where(subject.in_(named))).all() if named else []
    names = {name: shown for name, shown in found}
    return [
        Deed(
            row.at, row.sequence, row.actor, names.get(row.actor, row.actor), row.actor_role, row.action,
            row.object, names.get(row.object, row.object), compare(row.before, row.after), row.ip, row.request_id,
        )
        for row in rows
    ]  # fmt: skip


def compare(before: dict[str, Any] | None, after: dict[str, Any] | None) -> list[Change]:
    """What differs, in the order in which it was written; all of it where there is only one side."""
    old, new = before or {}, after or {}
    return [
        Change(field, old.get(field), new.get(field))
        for field in {**old, **new}
        if field not in old or field not in new or old[field] != new[field]
    ]
