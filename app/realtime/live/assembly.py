"""One message that comes in pieces: bounded, and refused at the first byte that cannot be right."""

import codecs
import zlib
from typing import Any

from app.realtime.live.frames import SYNC_TAIL, TEXT

PROTOCOL_ERROR, BAD_DATA, TOO_BIG = 1002, 1007, 1009
# Deflate makes what it cannot shrink a little longer, and each flush adds a few bytes.
DEFLATED_ROOM = 2
# Legal in any number, but each costs an inflater, and a hostile message could consist of them.
MOST_STREAMS = 64
# What RFC 7692 takes off the end of a message, and an empty last block: only after both is a message known to be whole.
END_OF_MESSAGE = SYNC_TAIL + b"\x03\x00"


class Breach(Exception):
    """The peer broke the protocol; `code` and `reason` go into the close frame."""

    def __init__(self, code: int, reason: str):
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Assembly:
    """A message of plain frames. `room` is what may still come of it on the wire."""

    __slots__ = ("opcode", "max_bytes", "room", "_bytes", "_tail")

    def __init__(self, opcode: int, max_bytes: int):
        self.opcode = opcode
        self.max_bytes = self.room = max_bytes
        self._bytes = bytearray()
        self._tail = b""

    def add(self, piece: bytes) -> None:
        self.room -= len(piece)
        self._keep(piece)

    def finish(self) -> str | bytes:
        if self.opcode != TEXT:
            return bytes(self._bytes)
        if self._tail:
            raise bad_text()
        return self._bytes.decode()

    def _keep(self, piece: bytes) -> None:
        if self.opcode == TEXT:
            unchecked = self._tail + piece
            try:
                _, checked = codecs.utf_8_decode(unchecked, "strict", False)
            except UnicodeDecodeError:
                raise bad_text() from None
            self._tail = unchecked[checked:]
            # The codec waits for the third byte of a surrogate, which cannot make it right.
            if self._tail[:1] == b"\xed" and self._tail[1:] >= b"\xa0":
                raise bad_text()
        self._bytes += piece


class DeflatedAssembly(Assembly):
    """A compressed message.

    Inflates no more than one message may hold: a hostile 200 kB can otherwise become 200 MB before anybody
    counts. Nothing of the inflater outlives the message.
    """

    __slots__ = ("_inflater", "_streams")

    def __init__(self, opcode: int, max_bytes: int):
        super().__init__(opcode, max_bytes)
        self.room = max_bytes * DEFLATED_ROOM
        self._inflater: Any = None
        self._streams = 0

    def add(self, piece: bytes) -> None:
        self.room -= len(piece)
        while piece:
            piece = self._inflate(piece)

    def finish(self) -> str | bytes:
        """A message that ends with a stream's last block needs no more; any other must end between two blocks."""
        if self._inflater is not None and (self._inflate(END_OF_MESSAGE) or self._inflater is not None):
            raise Breach(BAD_DATA, "a compressed message ends too early")
        return super().finish()

    def _inflate(self, piece: bytes) -> bytes:
        """Returns what follows the last block of a deflate stream, which is the start of another one."""
        inflater = self._inflater or self._start_stream()
        left = self.max_bytes - len(self._bytes)
        try:
            inflated = inflater.decompress(piece, left + 1)
        except zlib.error:
            raise Breach(BAD_DATA, "a compressed message cannot be inflated") from None
        if len(inflated) > left:
            raise too_big(self.max_bytes)
        self._keep(inflated)
        self._inflater = None if inflater.eof else inflater
        rest: bytes = inflater.unused_data
        return rest

    def _start_stream(self) -> Any:
        self._streams += 1
        if self._streams > MOST_STREAMS:
            raise Breach(TOO_BIG, f"a message has at most {MOST_STREAMS} deflate streams")
        return zlib.decompressobj(-zlib.MAX_WBITS)


def bad_text() -> Breach:
    return Breach(BAD_DATA, "text is not UTF-8")


def too_big(max_bytes: int) -> Breach:
    return Breach(TOO_BIG, f"a message has at most {max_bytes} bytes")
