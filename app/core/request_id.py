"""The id that follows what somebody did: from the request into log lines, events, jobs and messages.

Kept in the application context, which requests, jobs and deliveries each have one of.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from flask import g, has_app_context

# As long as the columns that keep it; a proxy's `$request_id` fits.
SHAPE = re.compile(r"[A-Za-z0-9-]{8,32}")


def make() -> str:
    return secrets.token_hex(8)


def is_id(text: str) -> bool:
    return SHAPE.fullmatch(text) is not None


def current() -> str:
    """Empty for what nobody asked for, such as the work of the clock."""
    return str(g.get("request_id", "")) if has_app_context() else ""


@contextmanager
def carry(request_id: str) -> Iterator[None]:
    """What is done in this block is done for that request."""
    before = g.get("request_id", "")
    g.request_id = request_id
    try:
        yield
    finally:
        g.request_id = before
