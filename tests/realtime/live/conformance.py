"""What a conformance table is made of, and how a row of it is played against a real socket process."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from tests.realtime.live.wire import (
    BINARY,
    CLOSE,
    CONTINUATION,
    NAMES,
    PING,
    PONG,
    RSV1,
    TEXT,
    Answer,
    Frame,
    Wire,
    close_payload,
)

DEFLATE = "permessage-deflate"
EXTENSIONS = "Sec-WebSocket-Extensions"
# The echo compresses what has so many bytes.
SMALLEST_DEFLATED_BYTES = 64
SMALLEST_WINDOW_BITS = 9
BYE = Frame(CLOSE, close_payload(1000))


@dataclass(frozen=True)
class Row:
    """What is sent, and all that must come back. The stream ends with a close frame, asked for by the row or not."""

    name: str
    sent: Sequence[Frame]
    back: Sequence[Answer] = ()
    chop: int = 0
    offer: str = ""
    path: str = "/ws/echo"

    def __str__(self) -> str:
        return self.name

    @property
    def told(self) -> str:
        parts = summarise([str(frame) for frame in self.sent])
        if self.offer and any(frame.rsv for frame in self.sent):
            # How long they are depends on the zlib that made them.
            parts = [kind for kind, _ in groupby(describe_kind(frame) for frame in self.sent)]
        pace = f"{self.chop:,} byte{'s'[: self.chop - 1]} a write" if self.chop else ""
        return ", ".join(filter(None, ["; ".join(parts), pace]))

    @property
    def wanted(self) -> str:
        return "; ".join(summarise([str(answer) for answer in self.back])) or "nothing"

    def play(self, port: int) -> None:
        """Raises AssertionError when anything else comes back."""
        wire = Wire(port, self.path, {EXTENSIONS: self.offer})
        try:
            assert wire.status == 101 and wire.is_accepted
            if self.path == "/ws":
                hello = wire.next()
                assert hello and json.loads(hello[0].payload)["type"] == "hello"
            wire.send(b"".join(frame.encode() for frame in self.sent), self.chop)
            for answer in self.back:
                check(wire, answer)
            if not self.back or self.back[-1].opcode != CLOSE:
                wire.send(BYE.encode())
                check(wire, closed(1000))
            assert wire.next() is None, "a frame after the close frame"
        finally:
            wire.close()


def check(wire: Wire, wanted: Answer) -> None:
    got = wire.next()
    assert got is not None, f"the server hung up instead of {wanted}"
    answer, compressed = got
    if wanted.opcode == CLOSE:
        answer = Answer(answer.opcode, answer.payload[:2] if answer.opcode == CLOSE else answer.payload)
    assert answer == wanted, f"{answer} instead of {wanted}"
    long = wanted.opcode in (TEXT, BINARY) and len(wanted.payload) >= SMALLEST_DEFLATED_BYTES
    assert compressed is (long and wire.window_bits >= SMALLEST_WINDOW_BITS), f"compressed: {compressed}"


def describe_kind(frame: Frame) -> str:
    kind = f"compressed {NAMES[frame.opcode]}" if frame.rsv & RSV1 else NAMES[frame.opcode]
    return kind + ("" if frame.fin else ", more follows")


def summarise(parts: list[str]) -> list[str]:
    """A hundred times the same is told once."""
    told: list[tuple[str, int]] = []
    for part in parts:
        if told and told[-1][0] == part:
            told[-1] = (part, told[-1][1] + 1)
        else:
            told.append((part, 1))
    if len(told) > 6:
        told = [*told[:3], ("…", 1), *told[-2:]]
    return [f"{count:,} × {part}" if count > 1 else part for part, count in told]


@dataclass(frozen=True)
class Opening:
    """A handshake: the headers that differ from a usual one, the status, and what is agreed about compression."""

    name: str
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 101
    agreed: str = ""
    path: str = "/ws/echo"

    def __str__(self) -> str:
        return self.name

    @property
    def told(self) -> str:
        if EXTENSIONS in self.headers:
            return "an offer as named"
        return (
            "; ".join(f"{name}: {value or '(none)'}" for name, value in self.headers.items())
            or "nothing special"
        )

    @property
    def wanted(self) -> str:
        if EXTENSIONS in self.headers:
            return self.agreed or "no compression"
        return f"{self.status}"

    def play(self, port: int) -> None:
        wire = Wire(port, self.path, self.headers)
        try:
            assert wire.status == self.status, f"{wire.status} instead of {self.status}"
            assert wire.agreed == self.agreed, f"{wire.agreed!r} instead of {self.agreed!r}"
            assert wire.is_accepted is (self.status == 101 and "Sec-WebSocket-Key" not in self.headers)
            if self.status == 426:
                assert (wire.fields["upgrade"], wire.fields["sec-websocket-version"]) == ("websocket", "13")
        finally:
            wire.close()


@dataclass(frozen=True)
class Section:
    """A part of the table."""

    title: str
    rows: Sequence[Row | Opening]


def text(payload: str | bytes, **more: Any) -> Frame:
    data = payload.encode() if isinstance(payload, str) else payload
    return Frame(TEXT, data, **more)


def binary(payload: bytes, **more: Any) -> Frame:
    return Frame(BINARY, payload, **more)


def more(payload: str | bytes, **others: Any) -> Frame:
    data = payload.encode() if isinstance(payload, str) else payload
    return Frame(CONTINUATION, data, **others)


def ping(payload: bytes = b"", **more: Any) -> Frame:
    return Frame(PING, payload, **more)


def said(payload: str | bytes) -> Answer:
    return Answer(TEXT, payload.encode() if isinstance(payload, str) else payload)


def sent_back(payload: bytes) -> Answer:
    return Answer(BINARY, payload)


def ponged(payload: bytes = b"") -> Answer:
    return Answer(PONG, payload)


def closed(code: int | None) -> Answer:
    return Answer(CLOSE, b"" if code is None else close_payload(code))
