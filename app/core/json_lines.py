"""One JSON line for each log record, so that a line break in what a client sent cannot forge a second one.

Standard library only: gunicorn's parent and the socket process use it too.
"""

import json
import logging
import re
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

HIDDEN = "[...]"
# What opens something for whoever reads it. An id of a request (16 or 32 digits) and names in code stay readable.
SECRETS = (
    # Passwords in addresses of databases and mail servers, and all that follows the host of an address: links in mails and
    # the addresses of browsers at push services are keys.
    (re.compile(r"(?<=://)[^\s/@'\"]+@"), f"{HIDDEN}@"),
    (re.compile(r"(https?://[^\s/'\"<>?#]+)[/?#][^\s'\"<>]*"), rf"\1/{HIDDEN}"),
    (re.compile(r"(?<=\?)[^\s'\"<>]+"), HIDDEN),
    (re.compile(r"(?i)\b(authorization|cookie)(['\"]?\s*[:=]\s*)[^\r\n]+"), rf"\1\2{HIDDEN}"),
    (
        re.compile(
            r"(?i)(password|passwd|secret|token|api_key)(['\"]?\s*[:=]\s*)('[^']*'|\"[^\"]*\"|[^\s,;)}]+)"
        ),
        rf"\1\2{HIDDEN}",
    ),
)
# As long as no id of a request is, and as ids of sessions, tokens and keys are. A hash opens nothing, and the audit's
# anchors must be in the log.
LONG_WORD = re.compile(r"(?<![\w+-])(?<!\bhash=)[A-Za-z0-9_+-]{33,}")
MOST_CHARACTERS = 20_000

# What else belongs to a record: filled by processes that have requests.
Context = Callable[[], dict[str, Any]]


class JsonLines(logging.Formatter):
    """`extra={"fields": {...}}` of a record becomes keys of the line."""

    context: Context = staticmethod(dict)

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": hide_secrets(record.getMessage()),
        }
        line |= JsonLines.context() | getattr(record, "fields", {})
        if record.exc_info and record.exc_info[0]:
            line["trace"] = hide_secrets(self.formatException(record.exc_info))
        return json.dumps(line)


def hide_secrets(text: str) -> str:
    text = text[:MOST_CHARACTERS]
    for shape, instead in SECRETS:
        text = shape.sub(instead, text)
    return LONG_WORD.sub(hide_if_random, text)


def hide_if_random(word: re.Match[str]) -> str:
    """Names in code are as long, but have no digits among capitals; hex digits have no other letters."""
    found = word[0]
    has_digits = any(letter.isdigit() for letter in found)
    is_mixed = found.lower() != found and found.upper() != found
    is_hex = all(letter in "0123456789abcdefABCDEF" for letter in found)
    return HIDDEN if has_digits and (is_mixed or is_hex) else found


def log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """For `sys.excepthook`: what ends a process is one line too."""
    if issubclass(kind, KeyboardInterrupt):
        traceback.print_exception(kind, error, trace)
    else:
        logging.getLogger("app").critical("the process ends", exc_info=(kind, error, trace))
