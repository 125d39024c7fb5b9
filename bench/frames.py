"""WebSocket frames as a client reads and writes them."""

import os
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

TEXT, PING, PONG = 0x1, 0x9, 0xA
FIN, COMPRESSED, MASKED = 0x80, 0x40, 0x80
SYNC_TAIL = b"\x00\x00\xff\xff"


class Header(NamedTuple):
    """`size` is the header's own, `length` the payload's."""

    opcode: int
    compressed: bool
    size: int
    length: int


def read_header(data: bytes, at: int = 0) -> Header | None:
    """The header that starts at `at`; None while some of it has not arrived. A server never masks."""
    if len(data) - at < 2:
        return None
    first, length = data[at], data[at + 1]
    size = 4 if length == 126 else 10 if length == 127 else 2
    if len(data) - at < size:
        return None
    if size > 2:
        length = int.from_bytes(data[at + 2 : at + size], "big")
    return Header(first & 0x0F, bool(first & COMPRESSED), size, length)


class Reader:
    """The whole frames of one stream."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Opcode and payload of each frame that is complete now; inflated where it has to be."""
        self._rest += data
        while header := read_header(self._rest):
            end = header.size + header.length
            if len(self._rest) < end:
                return
            payload, self._rest = self._rest[header.size : end], self._rest[end:]
            yield header.opcode, inflate(payload) if header.compressed else payload


class Counter:
    """Counts the frames of one stream by their headers alone; payloads are skipped unread."""

    __slots__ = ("messages", "bytes", "pings", "_smallest", "_skip", "_start")

    def __init__(self, smallest: int):
        """Text frames with a payload under `smallest` bytes are the server's small talk, not messages."""
        self.messages = self.bytes = self.pings = 0
        self._smallest = smallest
        self._skip = 0
        self._start = b""

    def feed(self, data: bytes) -> None:
        self.bytes += len(data)
        if self._start:
            data, self._start = self._start + data, b""
        at, end = self._skip, len(data)
        while at < end:
            header = read_header(data, at)
            if header is None:
                self._start, at = data[at:], end
                break
            if header.opcode == TEXT and header.length >= self._smallest:
                self.messages += 1
            elif header.opcode == PING:
                self.pings += 1
            at += header.size + header.length
        self._skip = at - end


def inflate(payload: bytes) -> bytes:
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(payload + SYNC_TAIL)


def client_frame(opcode: int, payload: bytes) -> bytes:
    """A short frame, masked as a client's must be."""
    assert len(payload) <= 0xFFFF
    mask = os.urandom(4)
    masked = bytes(byte ^ mask[number % 4] for number, byte in enumerate(payload))
    if len(payload) <= 125:
        return struct.pack("!BB", FIN | opcode, MASKED | len(payload)) + mask + masked
    return struct.pack("!BBH", FIN | opcode, MASKED | 126, len(payload)) + mask + masked
