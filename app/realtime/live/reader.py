"""Reads what a client sends, frame by frame, however the bytes are cut (RFC 6455, RFC 7692)."""

from collections.abc import Iterator

from app.realtime.live.assembly import (
    DEFLATED_ROOM,
    PROTOCOL_ERROR,
    Assembly,
    Breach,
    DeflatedAssembly,
    bad_text,
    too_big,
)
from app.realtime.live.frames import (
    BINARY,
    CLOSE,
    COMPRESSED,
    CONTINUATION,
    FIN,
    LONGEST_CONTROL_PAYLOAD,
    OPCODE,
    PING,
    PONG,
    TEXT,
)

# By first byte, what may come next. This alone refuses reserved bits and opcodes, control frames in fragments,
# continuations of nothing, messages within messages, and RSV1 anywhere but on the first frame of a message.
CONTROLS = frozenset({FIN | CLOSE, FIN | PING, FIN | PONG})
STARTS = CONTROLS | {TEXT, BINARY, FIN | TEXT, FIN | BINARY}
DEFLATED_STARTS = STARTS | {COMPRESSED | first for first in STARTS - CONTROLS}
CONTINUATIONS = CONTROLS | {CONTINUATION, FIN | CONTINUATION}

MASKED = 0x80
TWO_BYTES, EIGHT_BYTES = 126, 127
CLOSE_CODES = frozenset({1000, 1001, 1002, 1003, *range(1007, 1015), *range(3000, 5000)})

# TEXT comes with a str; BINARY, PING, PONG and CLOSE with bytes; CONTINUATION tells of a frame whose message goes on.
Event = tuple[int, str | bytes]


class Reader:
    """The state between two pieces of one client's stream; next to nothing while no message is under way."""

    __slots__ = ("max_bytes", "_starts", "_pending", "_assembly", "_mask", "_left", "_ends_message")

    def __init__(self, max_bytes: int, deflate: bool):
        self.max_bytes = max_bytes
        self._starts = DEFLATED_STARTS if deflate else STARTS
        self._pending = b""
        self._assembly: Assembly | None = None
        self._mask: bytes | None = None
        self._left = 0
        self._ends_message = False

    @property
    def is_within_frame(self) -> bool:
        return bool(self._pending) or self._mask is not None

    def read(self, data: bytes) -> Iterator[Event]:
        """Raises Breach, and nothing else, after the events of all that was right before it."""
        data, self._pending = self._pending + data, b""
        at, end = 0, len(data)
        while at < end:
            if self._mask is None:
                header = self._read_header(data, at)
                if header is None:
                    break
                first, length, start = header
                stop = start + length
                # Nearly every frame lies here as a whole, and needs nothing to be kept.
                if stop <= end and self._is_complete(first):
                    yield make_event(first & OPCODE, unmask(data[start:stop], data[start - 4 : start]))
                    at = stop
                    continue
                if first in CONTROLS:
                    break
                self._open(first, length, data[start - 4 : start])
                at = start
            piece = data[at : at + self._left]
            at += len(piece)
            self._add(piece)
            if not self._left:
                yield self._close()
        self._pending = data[at:]

    def _read_header(self, data: bytes, at: int) -> tuple[int, int, int] | None:
        """The first byte, the length of the payload and where that starts; None until all of it is there.

        Each byte is judged as soon as it is.
        """
        first, there = data[at], len(data) - at
        if first not in (self._starts if self._assembly is None else CONTINUATIONS):
            raise Breach(PROTOCOL_ERROR, "a frame that may not come here")
        if there < 2:
            return None
        length, start = data[at + 1] - MASKED, at + 6
        if length < 0:
            raise Breach(PROTOCOL_ERROR, "a client masks its frames")
        if length > LONGEST_CONTROL_PAYLOAD:
            if first in CONTROLS:
                raise Breach(PROTOCOL_ERROR, "a control frame has at most 125 bytes")
            width = 2 if length == TWO_BYTES else 8
            if there < 2 + width:
                return None
            length, start = read_length(data[at + 2 : at + 2 + width]), start + width
        self._check_room(first, length)
        return (first, length, start) if start <= len(data) else None

    def _check_room(self, first: int, length: int) -> None:
        """Before any of the payload is taken."""
        if self._assembly is not None:
            room = self._assembly.room
        else:
            room = self.max_bytes * DEFLATED_ROOM if first & COMPRESSED else self.max_bytes
        if length > room and first not in CONTROLS:
            raise too_big(self.max_bytes)

    def _is_complete(self, first: int) -> bool:
        return first in CONTROLS or self._assembly is None and first in (FIN | TEXT, FIN | BINARY)

    def _open(self, first: int, length: int, mask: bytes) -> None:
        if self._assembly is None:
            kind = DeflatedAssembly if first & COMPRESSED else Assembly
            self._assembly = kind(first & OPCODE, self.max_bytes)
        self._mask, self._left = mask, length
        self._ends_message = bool(first & FIN)

    def _add(self, piece: bytes) -> None:
        assert self._assembly is not None and self._mask is not None
        self._assembly.add(unmask(piece, self._mask))
        turn = len(piece) % 4
        self._mask = self._mask[turn:] + self._mask[:turn]
        self._left -= len(piece)

    def _close(self) -> Event:
        assert self._assembly is not None
        self._mask = None
        if not self._ends_message:
            return CONTINUATION, b""
        assembly, self._assembly = self._assembly, None
        return assembly.opcode, assembly.finish()


def read_length(field: bytes) -> int:
    """Lengths have one form, the shortest, and no sign."""
    length = int.from_bytes(field)
    if length < TWO_BYTES or len(field) > 2 and (length <= 0xFFFF or length >> 63):
        raise Breach(PROTOCOL_ERROR, "a length in a form that it may not have")
    return length


def unmask(payload: bytes, mask: bytes) -> bytes:
    """As one large number: a loop over bytes costs a hundred times as much."""
    length = len(payload)
    key = (mask * (length // 4 + 1))[:length]
    return (int.from_bytes(payload, "little") ^ int.from_bytes(key, "little")).to_bytes(length, "little")


def make_event(opcode: int, payload: bytes) -> Event:
    if opcode == TEXT:
        return TEXT, decode(payload)
    if opcode == CLOSE:
        check_close(payload)
    return opcode, payload


def decode(payload: bytes) -> str:
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise bad_text() from None


def check_close(payload: bytes) -> None:
    if payload and int.from_bytes(payload[:2]) not in CLOSE_CODES:
        raise Breach(PROTOCOL_ERROR, "a close code that may not be sent")
    decode(payload[2:])
