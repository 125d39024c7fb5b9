"""The opening of a socket: who may open one, and what is agreed about compression."""

import base64
import binascii
from collections.abc import Collection, Mapping
from typing import Any

from wsproto.extensions import PerMessageDeflate
from wsproto.frame_protocol import CloseReason, FrameDecoder, FrameProtocol
from wsproto.utilities import generate_accept_token

EXTENSION = "permessage-deflate"
AGREED = f"{EXTENSION}; server_no_context_takeover; client_no_context_takeover"
SERVER_WINDOW_BITS = 15
KEY_BYTES = 16


def find_refusal(environ: Mapping[str, Any], origins: Collection[str]) -> tuple[int, str] | None:
    """HTTP status and text for a request that must not become a socket."""
    if "websocket" not in environ.get("HTTP_UPGRADE", "").lower():
        return 426, "this address speaks WebSocket"
    if environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13":
        return 426, "WebSocket version 13 is needed"
    if not is_key(environ.get("HTTP_SEC_WEBSOCKET_KEY", "")):
        return 400, "Sec-WebSocket-Key is missing or malformed"
    if not is_welcome(environ, origins):
        return 403, "this origin may not open sockets"
    return None


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


def accepts_deflate(offers: str) -> bool:
    """Whether one of the client's offers can be met by frames that are compressed once for everybody."""
    return any(is_acceptable(offer) for offer in offers.split(","))


def is_acceptable(offer: str) -> bool:
    name, *parameters = (part.strip() for part in offer.split(";"))
    return name.lower() == EXTENSION and all(is_parameter_acceptable(parameter) for parameter in parameters)


def is_parameter_acceptable(parameter: str) -> bool:
    name, _, value = (part.strip().strip('"') for part in parameter.partition("="))
    if name in ("server_no_context_takeover", "client_no_context_takeover"):
        return not value
    if name == "client_max_window_bits":
        return not value or value in ("8", "9", "10", "11", "12", "13", "14", "15")
    # A smaller window needs frames of its own, and sharing the frames is the point.
    return name == "server_max_window_bits" and value == str(SERVER_WINDOW_BITS)


def switching_protocols(key: str, deflate: bool) -> bytes:
    lines = [
        b"HTTP/1.1 101 Switching Protocols",
        b"Upgrade: websocket",
        b"Connection: Upgrade",
        b"Sec-WebSocket-Accept: " + generate_accept_token(key.encode()),
    ]
    if deflate:
        lines.append(b"Sec-WebSocket-Extensions: " + AGREED.encode())
    return b"\r\n".join(lines) + b"\r\n\r\n"


class BoundedDeflate(PerMessageDeflate):
    """Inflates no more than one message may hold: a hostile 200 kB can otherwise become 200 MB before anybody
    counts.
    """

    def __init__(self, max_bytes: int):
        super().__init__(client_no_context_takeover=True, server_no_context_takeover=True)
        self.finalize(EXTENSION)
        self._max_bytes = max_bytes

    def frame_inbound_payload_data(
        self, proto: FrameDecoder | FrameProtocol, data: bytes
    ) -> bytes | CloseReason:
        if not self._inbound_compressed or not self._inbound_is_compressible or self._decompressor is None:
            return data
        try:
            inflated = self._decompressor.decompress(bytes(data), self._max_bytes + 1)
        except Exception:  # zlib.error; wsproto answers every failure here the same way.
            return CloseReason.INVALID_FRAME_PAYLOAD_DATA
        if len(inflated) > self._max_bytes:
            return CloseReason.MESSAGE_TOO_BIG
        return inflated
