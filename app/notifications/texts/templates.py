"""Versions of words: one is published and never changes again, one may be in the making, the others are history."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from app.core.database import db, now_ms, read_now, run_transaction
from app.core.errors import DomainError, Invalid, NotFound
from app.core.upsert import insert_into
from app.notifications.categories import Words, get_words
from app.notifications.models import NotificationTemplate
from app.notifications.texts import language, rendering
from app.notifications.texts.rendering import MOST_ACTIONS, Rendered

SHOP = "system"
LANGUAGE = "en"

PUBLISHED = NotificationTemplate.status == "published"
DRAFT = NotificationTemplate.status == "draft"


class DraftChanged(DomainError):
    code, kind, title = "draft_changed", "conflict", "Somebody saved this draft meanwhile"


@dataclass(frozen=True)
class Wording:
    """What somebody typed; `actions` are of {action, title, url}."""

    title: str
    body: str
    url: str
    actions: list[dict[str, str]] = field(default_factory=list)


def get_published(key: str, of: str = LANGUAGE) -> NotificationTemplate:
    """What is said now; the registered words until somebody has published others. Raises NotFound for an unknown key."""
    _, words = get_words(key)
    found = find(key, of, PUBLISHED)
    if found is None:
        write_first(words, of)
        found = find(key, of, PUBLISHED)
    assert found, "the first version is written where there is none"
    return found


def begin(key: str) -> None:
    """In a transaction of its own: for whoever only looks."""
    run_transaction(lambda: get_published(key))


def find(key: str, of: str, condition: sa.ColumnElement[bool]) -> NotificationTemplate | None:
    mine = (NotificationTemplate.key == key, NotificationTemplate.language == of)
    wanted = sa.select(NotificationTemplate).where(*mine, condition)
    return db.session.scalar(wanted.execution_options(populate_existing=True))


def write_first(words: Words, of: str) -> None:
    """Inside the running transaction; of two who do so at once the second writes nothing."""
    row = {
        "key": words.key,
        "language": of,
        "version": 1,
        "title": words.title,
        "body": words.body,
        "url": words.url,
        "actions": [dict(each) for each in words.actions],
        "status": "published",
        "changed_by": SHOP,
        "changed_at": now_ms(),
    }
    db.session.execute(insert_into(NotificationTemplate).values(row).on_conflict_do_nothing())


def list_versions(key: str, of: str = LANGUAGE) -> Sequence[NotificationTemplate]:
    """Newest first."""
    mine = sa.select(NotificationTemplate).where(
        NotificationTemplate.key == key, NotificationTemplate.language == of
    )
    return db.session.scalars(mine.order_by(NotificationTemplate.version.desc())).all()


def check_wording(key: str, wording: Wording) -> Rendered:
    """As it reads with the examples. Raises Invalid with every mistake, each at its field."""
    _, words = get_words(key)
    errors = []
    for name, source in sources_of(wording):
        if problem := find_problem(name, source, words):
            errors.append({"field": name, "message": problem})
    if len(wording.actions) > MOST_ACTIONS:
        errors.append({"field": "actions", "message": f"At most {MOST_ACTIONS} buttons"})
    if errors:
        raise Invalid(errors=errors)
    return rendering.render(SimpleNamespace(**vars(wording)), words.variables)


def find_problem(name: str, source: str, words: Words) -> str | None:
    if not source.strip():
        return "This cannot be empty"
    if problem := language.find_problem(source, words.variables):
        return problem
    fill = rendering.fill_address if name.endswith("url") else rendering.fill
    try:
        return None if fill(source, words.variables) else "This cannot be empty"
    except rendering.MISFITS as error:
        return f"This cannot be filled in: {error}"


def sources_of(wording: Wording) -> list[tuple[str, str]]:
    plain = [("title", wording.title), ("body", wording.body), ("url", wording.url)]
    numbered = enumerate(wording.actions)
    buttons = [(f"actions.{n}.{part}", each[part]) for n, each in numbered for part in ("title", "url")]
    return plain + buttons


def save_draft(
    key: str, wording: Wording, by: str, of: str = LANGUAGE, seen: int | None = None
) -> NotificationTemplate:
    """Inside the running transaction: the one version that is in the making.

    `seen` is when what somebody began with was changed. Raises Invalid, NotFound, and DraftChanged for a draft that is
    newer.
    """
    check_wording(key, wording)
    lock(key, of)
    draft = find(key, of, DRAFT)
    if draft and seen is not None and draft.changed_at != seen:
        raise DraftChanged("Open the page again in another tab to see it; what you typed is still here.")
    draft = draft or add_version(key, of)
    write(draft, wording, "draft", by)
    return draft


def publish(key: str, version: int, by: str, of: str = LANGUAGE) -> NotificationTemplate:
    """Say it like this from now on. Inside the running transaction; what was written before keeps its own words.

    An earlier version comes back as a new one with its words. Raises NotFound, and Invalid where it cannot be filled in any
    more.
    """
    lock(key, of)
    wanted = find(key, of, NotificationTemplate.version == version)
    if wanted is None:
        raise NotFound(f"There is no version {version}")
    if wanted.status == "published":
        return wanted
    wording = Wording(wanted.title, wanted.body, wanted.url, wanted.actions)
    check_wording(key, wording)
    db.session.execute(
        sa.update(NotificationTemplate)
        .where(NotificationTemplate.key == key, NotificationTemplate.language == of, PUBLISHED)
        .values(status="retired")
    )
    said = add_version(key, of) if wanted.status == "retired" else wanted
    write(said, wording, "published", by)
    return said


def lock(key: str, of: str) -> None:
    """One after the other: by the first version, which stays for ever."""
    get_published(key, of)
    first = sa.select(NotificationTemplate.id).where(
        NotificationTemplate.key == key,
        NotificationTemplate.language == of,
        NotificationTemplate.version == 1,
    )
    db.session.execute(first.with_for_update())


def add_version(key: str, of: str) -> NotificationTemplate:
    newest = sa.select(sa.func.max(NotificationTemplate.version)).where(
        NotificationTemplate.key == key, NotificationTemplate.language == of
    )
    version = (db.session.scalar(newest) or 0) + 1
    return NotificationTemplate(key=key, language=of, version=version)


def write(version: NotificationTemplate, wording: Wording, status: str, by: str) -> None:
    values: dict[str, Any] = {**vars(wording), "status": status, "changed_by": by, "changed_at": read_now()}
    for name, value in values.items():
        setattr(version, name, value)
    db.session.add(version)
    db.session.flush()


def discard_draft(key: str, of: str = LANGUAGE) -> None:
    """Inside the running transaction."""
    db.session.execute(
        sa.delete(NotificationTemplate).where(
            NotificationTemplate.key == key, NotificationTemplate.language == of, DRAFT
        )
    )
