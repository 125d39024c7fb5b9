"""The opening of a socket: who may open one, and what is agreed about compression."""

import base64
import binascii
import hashlib
import re
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from flask import Response

EXTENSION = "permessage-deflate"
# Both sides start each message anew: frames can be shared, and no socket keeps a compressor.
AGREED = f"{EXTENSION}; server_no_context_takeover; client_no_context_takeover"
WINDOW_BITS = ("8", "9", "10", "11", "12", "13", "14", "15")
ACCEPTABLE: dict[str, tuple[str | None, ...]] = {
    "server_no_context_takeover": (None,),
    "client_no_context_takeover": (None,),
    "client_max_window_bits": (None, *WINDOW_BITS),
    "server_max_window_bits": WINDOW_BITS,
}
PARAMETER = re.compile(r'(?P<name>\w+)(?:\s*=\s*(?:(?P<plain>\w+)|"(?P<quoted>\w+)"))?', re.ASCII)
FULL_WINDOW = 15
# For a client that asked in the wrong way.
SPOKEN = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
KEY_BYTES = 16
KEY_SALT = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Agreement(NamedTuple):
    """What is agreed about compression: the header's text, and how far back a frame of ours may refer."""

    answer: str
    window_bits: int


def find_refusal(environ: Mapping[str, Any], origins: Collection[str]) -> tuple[int, str] | None:
    """HTTP status and text for a request that must not become a socket."""
    fault = find_fault(environ)
    if fault is None and not is_welcome(environ, origins):
        return 403, "this origin may not open sockets"
    return fault


def find_fault(environ: Mapping[str, Any]) -> tuple[int, str] | None:
    """What is wrong with the request whoever sent it."""
    hops = [hop.strip() for hop in environ.get("HTTP_CONNECTION", "").lower().split(",")]
    if environ.get("HTTP_UPGRADE", "").lower() != "websocket" or "upgrade" not in hops:
        return 426, "this address speaks WebSocket"
    if environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13":
        return 426, "WebSocket version 13 is needed"
    if not is_key(environ.get("HTTP_SEC_WEBSOCKET_KEY", "")):
        return 400, "Sec-WebSocket-Key is missing or malformed"
    return None


def refuse(status: int, reason: str) -> Response:
    return Response(f"{reason}\n", status, SPOKEN, mimetype="text/plain")


def is_welcome(environ: Mapping[str, Any], origins: Collection[str]) -> bool:
    """Cookies ride along from any site, so a browser must say that it comes from one of ours.

    Programs send no Origin; they are let in as long as they bring no cookie that could have been ridden on.
    """
    origin = environ.get("HTTP_ORIGIN")
    if origin is None:
        return "HTTP_COOKIE" not in environ
    return origin in origins


def is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) == KEY_BYTES
    except binascii.Error:
        return False


def agree_on_deflate(offers: str) -> Agreement | None:
    """The best of the client's offers; None when there is none that can be kept, and frames stay plain.

    Only frames of the full window are shared, so an offer of it goes before the client's own order.
    """
    agreements = [
        agree(parameters) for offer in offers.split(",") if (parameters := read_offer(offer)) is not None
    ]
    return max(agreements, key=lambda agreement: agreement.window_bits, default=None)


def agree(parameters: Mapping[str, str | None]) -> Agreement:
    window = parameters.get("server_max_window_bits")
    return Agreement(
        AGREED + (f"; server_max_window_bits={window}" if window else ""), int(window or FULL_WINDOW)
    )


def read_offer(offer: str) -> dict[str, str | None] | None:
    """The parameters of one offer; None when RFC 7692 says to decline it."""
    name, *rest = (part.strip() for part in offer.split(";"))
    if name.lower() != EXTENSION:
        return None
    parameters: dict[str, str | None] = {}
    for part in rest:
        found = PARAMETER.fullmatch(part)
        if not found or found["name"] in parameters:
            return None
        value = found["plain"] or found["quoted"]
        if value not in ACCEPTABLE.get(found["name"], ()):
            return None
        parameters[found["name"]] = value
    return parameters


def switching_protocols(key: str, agreement: Agreement | None) -> bytes:
    accept = base64.b64encode(hashlib.sha1(key.encode() + KEY_SALT, usedforsecurity=False).digest())
    lines = [
        b"HTTP/1.1 101 Switching Protocols",
        b"Upgrade: websocket",
        b"Connection: Upgrade",
        b"Sec-WebSocket-Accept: " + accept,
    ]
    if agreement:
        lines.append(b"Sec-WebSocket-Extensions: " + agreement.answer.encode())
    return b"\r\n".join(lines) + b"\r\n\r\n"
