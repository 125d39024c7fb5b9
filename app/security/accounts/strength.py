"""Which passwords are too easy to guess. Asked of nobody else: the lists of common ones come with the zxcvbn package."""

import math
import re
import threading
import unicodedata
from collections.abc import Iterable
from typing import Any

from flask import current_app

from app.security.errors import WeakPassword
from app.security.passwords import off_loop

SHORTEST, LONGEST = 12, 128
# Guesses, as a power of ten. From 10 on the package calls a password very unguessable (its score 4).
STRONG, STRONG_WITHOUT_NAMES = 10, 6
# The time an estimate takes grows with the fourth power of the length, and a beginning that is strong is enough.
MOST_ESTIMATED = 32
SHORTEST_WORD = 3
ADVICE = "Take four or more words that have nothing to do with each other."
REASONS = {
    "passwords": "It is on lists of common passwords, or close to one.",
    "repeat": "It says the same again and again.",
    "sequence": "It is mostly a row such as abc or 123.",
    "spatial": "It is mostly keys that lie side by side.",
    "date": "It is mostly a date.",
    "regex": "It is mostly a year.",
    "dictionary": "It is mostly one common word or name.",
}
NAMES = "Without your name, your address and the shop's name there is too little left of it."

# The package keeps what it is asked about in one table for all threads.
_turn = threading.Lock()


def check_strength(password: str, about: Iterable[str] = ()) -> None:
    """Length and how easily it is guessed; no rules about characters, which make passwords worse. Raises WeakPassword.

    `about` is what a stranger may know of the account: its owner's name and address. Source: OWASP ASVS 5.0, 6.2.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword()
    reason = find_weakness(password, [*about, current_app.config["SETTINGS"].SHOP_NAME])
    if reason:
        raise WeakPassword(f"{reason} {ADVICE}")


def find_weakness(password: str, about: Iterable[str]) -> str:
    """What is wrong with it, in a sentence; nothing for a good one."""
    plain = simplify(password)
    rest = plain
    for word in sorted(words_of(about), key=len, reverse=True):
        rest = rest.replace(word, "")
    if rest != plain and exponent(estimate(rest)) < STRONG_WITHOUT_NAMES:
        return NAMES
    found = estimate(password)
    return explain(found["sequence"]) if exponent(found) < STRONG else ""


def words_of(about: Iterable[str]) -> set[str]:
    parts = [part for text in about for part in re.split(r"[\W_]+", simplify(text))]
    return {part for part in parts if len(part) >= SHORTEST_WORD}


def simplify(text: str) -> str:
    """Without capitals and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def estimate(password: str) -> dict[str, Any]:
    if not password:
        return {"guesses": 1, "sequence": []}
    # Loaded late: 15 MB that only a process pays for in which somebody sets a password.
    from zxcvbn import zxcvbn

    with _turn:
        found: dict[str, Any] = off_loop(lambda: zxcvbn(password[:MOST_ESTIMATED]))
    return found


def exponent(found: dict[str, Any]) -> float:
    return math.log10(found["guesses"])


def explain(sequence: list[dict[str, Any]]) -> str:
    """By what covers most of the password and is easy to guess."""
    known = [match for match in sequence if match["pattern"] in REASONS]
    if not known:
        return "It is too easy to guess."
    longest = max(known, key=lambda match: len(match["token"]))
    return REASONS.get(longest.get("dictionary_name", ""), REASONS[longest["pattern"]])
