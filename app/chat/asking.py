"""What requests of a conversation say about themselves: which stream, from where on, how much."""

from collections.abc import Mapping

from flask import request

from app.core.errors import Invalid


def read_stream(fields: Mapping[str, str] | None = None) -> str:
    """Of the address or the form, unless `fields` say where to look."""
    stream = (request.values if fields is None else fields).get("stream", "p")
    if stream not in ("p", "i"):
        raise wrong("stream", "p or i")
    return stream


def read_number(name: str, usual: int | None = None) -> int:
    """Without a usual one it must be there."""
    text = request.values.get(name)
    if text is None and usual is not None:
        return usual
    if not (text and text.isascii() and text.isdigit() and len(text) <= 15):
        raise wrong(name, "A number")
    return int(text)


def find_number(name: str) -> int | None:
    return read_number(name) if name in request.values else None


def read_limit(usual: int, most: int) -> int:
    limit = read_number("limit", usual)
    if not 1 <= limit <= most:
        raise wrong("limit", f"Between 1 and {most}")
    return limit


def wrong(field: str, message: str) -> Invalid:
    return Invalid(errors=[{"field": field, "message": message}])
