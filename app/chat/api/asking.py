"""What the calls of this API have in common: how pages are asked for, and what may go wrong anywhere."""

from flask import request

from app.core.errors import Forbidden, Invalid, Unauthenticated
from app.core.http import Malformed, UnsupportedMediaType
from app.core.idempotency import KeyReused
from app.security.errors import TooManyRequests

KEY = ("Idempotency-Key", "the same key takes effect once")
# Of a program's token: the scope chat:read to read, chat:write for the rest.
READ = (Unauthenticated, Forbidden, Invalid, TooManyRequests)
ASKED = (Unauthenticated, Malformed, UnsupportedMediaType, Invalid, KeyReused, TooManyRequests)


def read_limit(usual: int, most: int) -> int:
    limit = read_number("limit", usual)
    if not 1 <= limit <= most:
        raise wrong("limit", f"Between 1 and {most}")
    return limit


def read_number(name: str, usual: int) -> int:
    text = request.args.get(name)
    if text is None:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise wrong(name, "A number")
    return int(text)


def read_stream() -> str:
    stream = request.args.get("stream", "p")
    if stream not in ("p", "i"):
        raise wrong("stream", "p or i")
    return stream


def wrong(field: str, message: str) -> Invalid:
    return Invalid(errors=[{"field": field, "message": message}])
