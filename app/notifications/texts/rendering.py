"""Words filled in: what is shown, sent and mailed, within the bounds of what devices show."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from jinja2 import TemplateError

from app.core.errors import DomainError
from app.notifications.texts import language

LONGEST_TITLE = 120
LONGEST_BODY = 500
LONGEST_URL = 480
MOST_ACTIONS = 2
LONGEST_ACTION = 30
# Control characters, and those that turn the direction of what follows: a name could hide another one behind them.
UNSEEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
PATH = re.compile(r"/(?![/\\])[!-~]*")

# What filling in raises when a fact is missing or is not what a filter needs.
MISFITS = (TemplateError, ValueError, TypeError, ArithmeticError)


class Unfillable(DomainError):
    code, kind, title = "template_unfillable", "invalid", "These words cannot be filled in"


class Source(Protocol):
    """A version of the words, stored or about to be."""

    title: Any
    body: Any
    url: Any
    actions: Any


@dataclass(frozen=True)
class Rendered:
    """`url` is a path of the shop; `actions` are at most two of {action, title, url}."""

    title: str
    body: str
    url: str
    actions: list[dict[str, str]]


def render(source: Source, facts: Mapping[str, object]) -> Rendered:
    """Raises Unfillable when a fact is missing or is not what a filter needs, and TypeError for facts that are not plain."""
    language.check_facts(facts)
    try:
        return Rendered(
            title=language.shorten(one_line(fill(source.title, facts)), LONGEST_TITLE),
            body=language.shorten(fill(source.body, facts), LONGEST_BODY),
            url=fill_address(source.url, facts),
            actions=[fill_action(each, facts) for each in source.actions[:MOST_ACTIONS]],
        )
    except MISFITS as error:
        raise Unfillable(f"These words cannot be filled in: {error}") from None


def fill(source: str, facts: Mapping[str, object]) -> str:
    return UNSEEN.sub("", language.compile_text(source).render(facts)).strip()


def one_line(text: str) -> str:
    return " ".join(text.split())


def fill_address(source: str, facts: Mapping[str, object]) -> str:
    """Only a path of this shop: an address elsewhere would make the shop's own messages lead people away."""
    path = language.compile_address(source).render(facts).strip()
    if not PATH.fullmatch(path) or len(path) > LONGEST_URL:
        raise ValueError(f"{path[:60]!r} is not a path of this shop")
    return path


def fill_action(action: Mapping[str, str], facts: Mapping[str, object]) -> dict[str, str]:
    title = language.shorten(one_line(fill(action["title"], facts)), LONGEST_ACTION)
    return {"action": action["action"], "title": title, "url": fill_address(action["url"], facts)}


def storable(facts: Mapping[str, object]) -> dict[str, Any]:
    """As JSON keeps them: for the check right before sending, and for looking later why something was said."""
    return {name: plain(value) for name, value in facts.items()}


def plain(value: object) -> str | int:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | int) else str(value)
