"""Which words there are, by category, and who wrote which version when."""

from collections.abc import Collection
from dataclasses import dataclass
from types import SimpleNamespace

import sqlalchemy as sa

from app.core.database import db
from app.notifications.categories import Category, Words, list_all
from app.notifications.models import NotificationTemplate
from app.notifications.texts import rendering, templates
from app.notifications.texts.templates import SHOP
from app.security.models import User


@dataclass(frozen=True)
class Entry:
    """One kind of message: how it reads with the examples, and whether somebody is at work on it."""

    words: Words
    title: str
    body: str
    version: int
    has_draft: bool


@dataclass(frozen=True)
class Version:
    source: NotificationTemplate
    number: int
    status: str
    changed_at: int
    by: str


def list_groups() -> list[tuple[Category, list[Entry]]]:
    stored = read_current()
    return [(each, [make_entry(words, stored) for words in each.words]) for each in list_all() if each.words]


def read_current() -> dict[tuple[str, str], NotificationTemplate]:
    """What is said and what is in the making, by key and status."""
    current = sa.select(NotificationTemplate).where(NotificationTemplate.status.in_(("published", "draft")))
    return {(each.key, each.status): each for each in db.session.scalars(current)}


def make_entry(words: Words, stored: dict[tuple[str, str], NotificationTemplate]) -> Entry:
    """What nobody has sent yet is as the code has it."""
    published = stored.get((words.key, "published"))
    source = published or SimpleNamespace(**vars(words))
    try:
        shown = rendering.render(source, words.variables)
        title, body = shown.title, shown.body
    except rendering.Unfillable:
        title, body = source.title, source.body
    return Entry(words, title, body, published.version if published else 1, (words.key, "draft") in stored)


def list_versions(key: str) -> list[Version]:
    """Newest first; the first one is written where there is none yet."""
    found = templates.list_versions(key)
    if not found:
        templates.begin(key)
        found = templates.list_versions(key)
    names = names_of({each.changed_by for each in found})
    return [
        Version(each, each.version, each.status, each.changed_at, names.get(each.changed_by, each.changed_by))
        for each in found
    ]


def names_of(people: Collection[str]) -> dict[str, str]:
    ids = [each.removeprefix("user:") for each in people]
    rows = db.session.execute(sa.select(User.public_id, User.name).where(User.public_id.in_(ids)))
    return {SHOP: "The shop", **{f"user:{public_id}": name for public_id, name in rows}}
