"""The small language of templates: names and listed filters, nothing that decides, repeats or computes.

Whoever edits words should not be able to stop the shop with them, so what is not on the lists here is refused when it is
saved, and what is saved still runs in Jinja's sandbox.
"""

import unicodedata
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import current_app
from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.core.fragments import money

LONGEST_SOURCE = 2_000
COMPILED = 512
ALLOWED = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Filter, nodes.Const)
MOST_FILTERS = 5
DEEPEST = 2 * MOST_FILTERS
JOINER = "\u200d"
COLOURS = ("\U0001f3fb", "\U0001f3ff")
FLAG_LETTERS = "".join(map(chr, range(0x1F1E6, 0x1F200)))


def in_shop_zone(moment: date) -> str:
    if not isinstance(moment, date):
        raise ValueError(f"{moment!r} is no date")
    settings = current_app.config["SETTINGS"]
    if isinstance(moment, datetime):
        moment = moment.astimezone(ZoneInfo(settings.SHOP_TIMEZONE))
    return format_date(moment, "d MMMM", locale=settings.SHOP_LOCALE)


def shorten(text: str, most: int) -> str:
    """At most so many characters, the last of them an ellipsis where something is missing; no sign is cut in two."""
    if len(text) <= most:
        return text
    end = max(most - 1, 0)
    while end > 0 and is_in_sign(text, end):
        end -= 1
    return text[:end].rstrip() + "…"


def is_in_sign(text: str, at: int) -> bool:
    """Whether a cut there would part a sign from its marks, its colour, what is joined to it, or a flag's other half."""
    if text[at - 1] == JOINER or COLOURS[0] <= text[at] <= COLOURS[1]:
        return True
    halves = len(text[:at]) - len(text[:at].rstrip(FLAG_LETTERS))
    if text[at] in FLAG_LETTERS and halves % 2:
        return True
    return unicodedata.category(text[at]) in ("Mn", "Me", "Mc", "Cf")


FILTERS: dict[str, Callable[..., str]] = {
    "upper": lambda value: str(value).upper(),
    "lower": lambda value: str(value).lower(),
    "title": lambda value: str(value).title(),
    "truncate": lambda value, most=80: shorten(str(value), int(most)),
    "default": lambda value, other="": str(value) or str(other),
    "money": lambda minor: money(int(minor)),
    "date": in_shop_zone,
    "plural": lambda count, one, many: f"{count} {one if int(count) == 1 else many}",
}


EXPLAINED = {
    "upper": "in capital letters",
    "lower": "in small letters",
    "title": "Each Word Begins With A Capital",
    "truncate(40)": "at most 40 characters",
    "default('you')": "something else where it is empty",
    "money": "an amount in the shop’s currency",
    "date": "a day, as 1 March",
    "plural('piece', 'pieces')": "a number with its word",
}


def make_environment(**options: Any) -> ImmutableSandboxedEnvironment:
    """No HTML is made here: what becomes JSON or a mail's page is escaped there."""
    environment = ImmutableSandboxedEnvironment(autoescape=False, undefined=StrictUndefined, **options)
    environment.globals.clear()
    environment.filters = dict(FILTERS)
    environment.tests.clear()
    return environment


PLAIN = make_environment()
# In an address a value is one part of a path, whatever signs it has.
ADDRESS = make_environment(finalize=lambda value: quote(str(value), safe="/"))


@lru_cache(maxsize=COMPILED)
def compile_text(source: str) -> Template:
    return PLAIN.from_string(source)


@lru_cache(maxsize=COMPILED)
def compile_address(source: str) -> Template:
    return ADDRESS.from_string(source)


def find_problem(source: str, variables: Collection[str]) -> str | None:
    """Why it is not of this language, or which names it lacks: the line, and what there is instead."""
    if len(source) > LONGEST_SOURCE:
        return f"At most {LONGEST_SOURCE:,} characters"
    try:
        tree = PLAIN.parse(source)
    except TemplateError as error:
        return f"Line {getattr(error, 'lineno', 1)}: {error.message}"
    except RecursionError:
        return "Too many brackets in one another"
    if is_deep(tree):
        return f"At most {MOST_FILTERS} filters in a row"
    return next((problem for node in walk(tree) if (problem := judge(node, variables))), None)


def is_deep(tree: nodes.Node) -> bool:
    """Python compiles what is deeper only with luck, and `walk` goes no deeper than this."""
    level: list[nodes.Node] = [tree]
    for _ in range(DEEPEST):
        level = [child for node in level for child in node.iter_child_nodes()]
    return bool(level)


def walk(node: nodes.Node) -> list[nodes.Node]:
    return [node, *(each for child in node.iter_child_nodes() for each in walk(child))]


def judge(node: nodes.Node, variables: Collection[str]) -> str | None:
    if not isinstance(node, ALLOWED):
        return f"Line {node.lineno}: only {{{{ name }}}} and {{{{ name | filter }}}} can be used here"
    if isinstance(node, nodes.Name) and node.name not in variables:
        return f"Line {node.lineno}: there is no {node.name!r} here; there is {', '.join(sorted(variables))}"
    if isinstance(node, nodes.Filter):
        if node.name not in FILTERS:
            return (
                f"Line {node.lineno}: there is no filter {node.name!r}; there is {', '.join(sorted(FILTERS))}"
            )
        if node.dyn_args or node.dyn_kwargs or not all(isinstance(each, nodes.Const) for each in node.args):
            return f"Line {node.lineno}: {node.name} takes plain values in its brackets"
    return None


def check_facts(facts: Mapping[str, object]) -> None:
    """Plain values alone: an object of the shop's would let words reach into it. Raises TypeError."""
    for name, value in facts.items():
        if not isinstance(value, str | int | Decimal | date):
            raise TypeError(f"{name} is a {type(value).__name__}; notifications take text, numbers and dates")
