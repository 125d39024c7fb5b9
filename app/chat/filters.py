"""The shop's rules for what may be written: a rule blocks a message, masks the words in it, or flags it for the desk.

A rule is a word, or several in a row, and `*` stands for any letters: `idiot*`, `call me`, `*@*.com`. Not regular
expressions: Python's have no time limit, and one careless pattern with one hostile text would stop the whole process.
"""

import re
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app

from app.chat.models import FilterRule
from app.core.database import db
from app.core.errors import DomainError, Invalid

KEPT_S = 5.0
FEWEST_LETTERS = 2
MASK = "•"
# Letters and digits, with what hides between them; or, for rules with other signs in them, all up to the next space.
WORD = re.compile("[\\w\u00ad\u200b-\u200f\u2060-\u2064]+")
CHUNK = re.compile(r"\S+")
AROUND = "\"'“”‘’«»()[]{}<>.,;:!?"


class Blocked(DomainError):
    """`words` is what in the text is not allowed."""

    code, title = "message_blocked", "Your message was not sent"


@dataclass(frozen=True)
class Filtered:
    """What may be stored. `result` is '', 'masked' or 'flagged', and 'flagged' when it is both."""

    text: str
    result: str = ""
    rule_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Rule:
    """`words` are those of the pattern, each split at its stars; `token` finds what they are compared with."""

    id: int
    action: str
    words: tuple[list[str], ...]
    token: re.Pattern[str]


@dataclass(frozen=True)
class Word:
    """One word of a text as rules compare it, and where it stands."""

    text: str
    start: int
    end: int


def filter_text(text: str) -> Filtered:
    """Raises Blocked."""
    return apply_rules(text, active_rules())


def active_rules() -> list[Rule]:
    """Each process asks for them every few seconds at most."""
    read_at, rules = current_app.extensions.get("chat_filters", (-KEPT_S, []))
    if time.monotonic() - read_at < KEPT_S:
        return rules
    rows = db.session.scalars(sa.select(FilterRule).where(FilterRule.is_active).order_by(FilterRule.id))
    rules = [read_rule(row.id, row.action, row.pattern) for row in rows]
    current_app.extensions["chat_filters"] = (time.monotonic(), rules)
    return rules


def read_rule(rule_id: int, action: str, pattern: str) -> Rule:
    words = tuple(word.split("*") for word in fold(pattern).split()) or ([""],)  # which no word is
    is_plain = all(WORD.fullmatch(letters) for letters in re.split(r"[\s*]+", pattern) if letters)
    return Rule(rule_id, action, words, WORD if is_plain else CHUNK)


def check_pattern(pattern: str) -> None:
    """Raises Invalid for a pattern that would meet almost everything."""
    if sum(map(str.isalnum, pattern)) < FEWEST_LETTERS:
        message = f"At least {FEWEST_LETTERS} letters or digits; * stands for any others"
        raise Invalid(message, errors=[{"field": "pattern", "message": message}])


def apply_rules(text: str, rules: list[Rule]) -> Filtered:
    words = {token: list(split(text, token)) for token in (WORD, CHUNK)}
    found = [(rule, spans) for rule in rules if (spans := list(find_spans(words[rule.token], rule)))]
    for rule, spans in found:
        if rule.action == "block":
            refused = text[slice(*spans[0])]
            raise Blocked(
                f"Your message was not sent because of “{refused}”. Change that and send it again.",
                words=refused,
            )
    spans = [span for rule, met in found if rule.action == "mask" for span in met]
    masked = mask(text, spans)
    flagged = any(rule.action == "flag" for rule, _ in found)
    result = "flagged" if flagged else "masked" if spans else ""
    return Filtered(masked, result, tuple(rule.id for rule, _ in found))


def mask(text: str, spans: list[tuple[int, int]]) -> str:
    letters = list(text)
    for start, end in spans:
        letters[start:end] = [MASK] * (end - start)
    return "".join(letters)


def find_spans(words: list[Word], rule: Rule) -> Iterator[tuple[int, int]]:
    """Where the words of the rule follow each other."""
    begins, *others = rule.words
    for place, word in enumerate(words):
        if fits(word.text, begins):
            row = words[place + 1 : place + 1 + len(others)]
            if len(row) == len(others) and all(map(fits, (other.text for other in row), others)):
                yield word.start, row[-1].end if row else word.end


def fits(word: str, parts: list[str]) -> bool:
    """Whether `word` is `parts` with anything between them. Each part is looked for once, so this takes linear time."""
    if len(parts) == 1:
        return word == parts[0]
    first, *middle, last = parts
    if len(word) < len(first) + len(last) or not (word.startswith(first) and word.endswith(last)):
        return False
    place, end = len(first), len(word) - len(last)
    for part in middle:
        place = word.find(part, place, end) + len(part)
        if place < len(part):
            return False
    return True


def split(text: str, token: re.Pattern[str]) -> Iterator[Word]:
    for found in token.finditer(text):
        inner = found[0].strip(AROUND)
        start = found.start() + found[0].find(inner)
        if inner:
            yield Word(fold(inner), start, start + len(inner))


def fold(text: str) -> str:
    """The same for letters that only look different: capitals, full width, and what hides between them."""
    if text.isascii():
        return text.lower()
    letters = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in letters if unicodedata.category(letter) != "Cf")
