"""WebSocket frames as bytes, built once and written to any number of sockets."""

import json
import struct
import zlib
from typing import Any

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
FIN, COMPRESSED, OPCODE = 0x80, 0x40, 0x0F
LONGEST_CONTROL_PAYLOAD = 125
SYNC_TAIL = b"\x00\x00\xff\xff"
# Made once: json.dumps makes an encoder anew for each call that names separators.
encode_json = json.JSONEncoder(separators=(",", ":")).encode


def text_frame(payload: bytes, *, compressed: bool = False) -> bytes:
    return data_frame(TEXT, payload, compressed=compressed)


def data_frame(opcode: int, payload: bytes, *, compressed: bool = False) -> bytes:
    first = FIN | opcode | (COMPRESSED if compressed else 0)
    length = len(payload)
    if length <= LONGEST_CONTROL_PAYLOAD:
        return struct.pack("!BB", first, length) + payload
    if length <= 0xFFFF:
        return struct.pack("!BBH", first, 126, length) + payload
    return struct.pack("!BBQ", first, 127, length) + payload


def json_frame(body: dict[str, Any]) -> bytes:
    return text_frame(encode_json(body).encode())


def ping_frame(payload: bytes = b"") -> bytes:
    return struct.pack("!BB", FIN | PING, len(payload)) + payload


def pong_frame(payload: bytes) -> bytes:
    return struct.pack("!BB", FIN | PONG, len(payload)) + payload


def close_frame(code: int | None, reason: str = "") -> bytes:
    """`code` None answers a close frame that named no code."""
    # A reason that is cut may not end in half a character.
    text = reason.encode()[: LONGEST_CONTROL_PAYLOAD - 2].decode(errors="ignore").encode()
    payload = b"" if code is None else struct.pack("!H", code) + text
    return struct.pack("!BB", FIN | CLOSE, len(payload)) + payload


def deflate(payload: bytes, window_bits: int = zlib.MAX_WBITS) -> bytes:
    """One message compressed on its own, as a peer expects that negotiated `server_no_context_takeover`."""
    packer = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -window_bits)
    return (packer.compress(payload) + packer.flush(zlib.Z_SYNC_FLUSH)).removesuffix(SYNC_TAIL)
