"""What there is to be told about. Features register theirs, so that this package knows no word of the shop."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from flask import Flask, current_app

from app.core.errors import NotFound

Kind = Literal["transactional", "interest", "marketing", "staff"]
Urgency = Literal["very-low", "low", "normal", "high"]
Lane = Literal["now", "soon", "bulk"]
MailPolicy = Literal["always", "fallback", "never"]
Channel = Literal["page", "push", "email"]


@dataclass(frozen=True)
class Cap:
    """At most so many to one subject within so long; the others stay in the page."""

    count: int
    within_s: int


@dataclass(frozen=True)
class Words:
    """The words that a kind of message begins with, until staff publish others.

    `variables` are the names that they may use, each with an example, by which previews and checks are made.
    """

    key: str
    title: str
    body: str
    url: str
    variables: Mapping[str, object]
    actions: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True)
class Category:
    """One thing that somebody can be told about, with how urgent it is and how it goes by default.

    `ttl_s` is how long it is worth being delivered, `mail_after_s` when a mail goes if nothing was seen. `defaults` are the
    channels that are on until somebody says otherwise. `is_relevant` is asked once more right before sending, with `about`
    and the facts of the notification: False drops it. `find_address` knows where a mail to a subject without an account
    goes, by `about`; it answers nothing where nobody knows.
    """

    name: str
    title: str
    explanation: str
    kind: Kind
    words: tuple[Words, ...]
    urgency: Urgency = "normal"
    ttl_s: int = 24 * 3600
    lane: Lane = "soon"
    bypasses_quiet: bool = False
    mail: MailPolicy = "never"
    mail_after_s: int = 0
    cap: Cap | None = None
    defaults: frozenset[Channel] = frozenset({"page"})
    roles: tuple[str, ...] = ()
    is_relevant: Callable[[str, Mapping[str, object]], bool] = field(default=lambda _about, _facts: True)
    find_address: Callable[[str, str], str | None] = field(default=lambda _subject, _about: None)


def init_app(app: Flask) -> None:
    app.extensions["notification_categories"] = {}
    app.extensions["notification_words"] = {}


def register(app: Flask, category: Category) -> None:
    app.extensions["notification_categories"][category.name] = category
    for words in category.words:
        app.extensions["notification_words"][words.key] = (category, words)


def list_all() -> list[Category]:
    found: dict[str, Category] = current_app.extensions["notification_categories"]
    return list(found.values())


def list_categories(role: str = "") -> list[Category]:
    """Those that somebody of this role may choose."""
    return [each for each in list_all() if not each.roles or role in each.roles]


def get_category(name: str) -> Category:
    """Raises NotFound."""
    found: Category | None = current_app.extensions["notification_categories"].get(name)
    if found is None:
        raise NotFound(f"There is no category {name}")
    return found


def get_words(key: str) -> tuple[Category, Words]:
    """The category of a kind of message, and the words that it begins with. Raises NotFound."""
    found: tuple[Category, Words] | None = current_app.extensions["notification_words"].get(key)
    if found is None:
        raise NotFound(f"There is no message {key}")
    return found
