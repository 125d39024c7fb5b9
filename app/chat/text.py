"""What people type: made plain before it is stored, counted as browsers count it, and shown with its links.

`static/js/chat/length.js` has the same rules for what is left out and how it is counted.
"""

import re
import unicodedata
from itertools import groupby, islice
from urllib.parse import urlsplit

from flask import Flask
from jinja2 import Environment
from markupsafe import Markup, escape

from app.core.errors import Invalid

LINE_END = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# Controls; marks that turn what follows around (UAX #9) or are deprecated; a byte order mark; halves of a surrogate pair.
UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u206f\ufeff\ud800-\udfff]")
# More on one letter than any language has: breaks the page, and normalising them costs the square of their number
# (UAX #15, 13).
MOST_MARKS = 30
# The normal form of a text is a quarter of its length at least.
LONGEST_FORM = 4
BLANK_KINDS = {"Cf", "Mn", "Me"}
BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"

URL = re.compile(r"\bhttps?://[^\s<>\"]+", re.IGNORECASE)
LONGEST_URL = 2000
AFTER_URL = ".,;:!?'…»«”“’‘)]}"
OPENED_BY = {")": "(", "]": "[", "}": "{"}
LINK = Markup('<a href="{0}" target="_blank" rel="noopener noreferrer nofollow ugc">{0}</a>')


def init_app(app: Flask) -> None:
    environments: tuple[Environment, ...] = (app.jinja_env, app.extensions["fragments"])
    for environment in environments:
        environment.filters["linkify"] = linkify


def normalise(text: str) -> str:
    """The text as it is stored: one spelling for what looks the same, and nothing that acts without being seen."""
    text = UNSEEN.sub("", LINE_END.sub("\n", text).replace("\t", " "))
    return (text if text.isascii() else compose(text)).strip()


def compose(text: str) -> str:
    runs = groupby(text, is_mark)
    return unicodedata.normalize(
        "NFC", "".join("".join(islice(run, MOST_MARKS) if marks else run) for marks, run in runs)
    )


def is_mark(letter: str) -> bool:
    return unicodedata.category(letter)[0] == "M"


def check_message(text: str, most: int, field: str = "body") -> str:
    """The text normalised. Raises Invalid when nothing of it can be seen, or when it is longer than `most`."""
    rough = UNSEEN.sub("", text).strip()
    plain = rough if len(rough) > LONGEST_FORM * most else normalise(text)
    if len(plain) > most:
        raise wrong(field, f"{len(plain)} characters; at most {most}")
    if is_blank(plain):
        raise wrong(field, "Write something first")
    return plain


def is_blank(text: str) -> bool:
    return all(
        letter.isspace() or letter in BLANK_LETTERS or unicodedata.category(letter) in BLANK_KINDS
        for letter in text
    )


def wrong(field: str, message: str) -> Invalid:
    return Invalid(message, errors=[{"field": field, "message": message}])


def linkify(text: str) -> Markup:
    """Escaped, with its web addresses as links and its lines as they were typed. A filter for templates."""
    shown, end = [], 0
    for found in URL.finditer(text):
        url = trim_address(found[0])
        if is_address(url):
            shown += [escape(text[end : found.start()]), LINK.format(url)]
            end = found.start() + len(url)
    lines = Markup().join([*shown, escape(text[end:])])
    return lines.replace("\n", Markup("<br>"))


def trim_address(url: str) -> str:
    """Without what belongs to the sentence around it; a bracket stays that was opened inside."""
    if len(url) > LONGEST_URL:
        return ""
    end = len(url)
    while url[end - 1] in AFTER_URL:
        closing = url[end - 1]
        opening = OPENED_BY.get(closing)
        if opening and url.count(opening, 0, end) >= url.count(closing, 0, end):
            break
        end -= 1
    return url[:end]


def is_address(url: str) -> bool:
    """Not with a name before an @, which is where a reader looks for the host."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False
