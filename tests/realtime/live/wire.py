"""Frames as a client may write them, right and wrong, and a socket that reads what comes back, bit by bit."""

import base64
import hashlib
import os
import re
import socket
import struct
import zlib
from dataclasses import dataclass, field

from tests.realtime.live.peers import opened

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
NAMES = {
    CONTINUATION: "continuation",
    TEXT: "text",
    BINARY: "binary",
    CLOSE: "close",
    PING: "ping",
    PONG: "pong",
}
RSV1, RSV2, RSV3 = 4, 2, 1
LONGEST_SHOWN = 24
DEADLINE_SECONDS = 10
SALT = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


@dataclass(frozen=True)
class Frame:
    """One frame of the client. `width` forces the bytes of its length; `claims` is a length that is not kept."""

    opcode: int
    payload: bytes = b""
    fin: bool = True
    rsv: int = 0
    masked: bool = True
    width: int | None = None
    claims: int | None = None
    # When only so many bytes of the frame are ever sent.
    cut: int | None = None

    def encode(self) -> bytes:
        length = len(self.payload) if self.claims is None else self.claims
        width = self.width if self.width is not None else 0 if length < 126 else 2 if length < 65536 else 8
        mark = {0: length, 2: 126, 8: 127}[width]
        first = self.fin << 7 | self.rsv << 4 | self.opcode
        header = bytes([first, self.masked << 7 | mark]) + (length.to_bytes(width) if width else b"")
        if not self.masked:
            return (header + self.payload)[: self.cut]
        mask = os.urandom(4)
        return (header + mask + apply_mask(self.payload, mask))[: self.cut]

    def __str__(self) -> str:
        notes = [
            f"{self.claims:,} bytes announced" if self.claims is not None else "",
            f"length in {self.width} bytes" if self.width is not None else "",
            "" if self.fin else "more follows",
            " ".join(name for bit, name in ((4, "RSV1"), (2, "RSV2"), (1, "RSV3")) if self.rsv & bit),
            "" if self.masked else "unmasked",
            f"only its first {self.cut} bytes" if self.cut is not None else "",
        ]
        return describe(self.opcode, self.payload) + "".join(f", {note}" for note in notes if note)


@dataclass(frozen=True)
class Answer:
    """One frame of the server, inflated. A close frame's payload is its code; its reason is free."""

    opcode: int
    payload: bytes = b""

    def __str__(self) -> str:
        return describe(self.opcode, self.payload)


def describe(opcode: int, payload: bytes) -> str:
    name = NAMES.get(opcode, f"opcode {opcode}")
    if opcode == CLOSE and len(payload) >= 2:
        return f"close {int.from_bytes(payload[:2])}" + (f" {show(payload[2:])}" if payload[2:] else "")
    return f"{name} {show(payload)}"


def show(payload: bytes) -> str:
    if not payload:
        return "(empty)"
    if len(payload) > LONGEST_SHOWN:
        return f"of {len(payload):,} bytes"
    shown = payload.decode("ascii", "replace")
    return f"“{shown}”" if re.fullmatch(r"[ -{}~]+", shown) else payload.hex(" ")


def apply_mask(payload: bytes, mask: bytes) -> bytes:
    """By table, unlike the reader, so that a mistake is not made twice."""
    masked = bytearray(payload)
    for place, key in enumerate(mask):
        masked[place::4] = masked[place::4].translate(bytes(byte ^ key for byte in range(256)))
    return bytes(masked)


def inflate(packed: bytes, window_bits: int) -> bytes:
    """In steps that are smaller than the window, or a reference to what lies before it would not be noticed."""
    inflater = zlib.decompressobj(-window_bits)
    step = 0 if window_bits == 15 else 256
    parts = [inflater.decompress(packed, step)]
    while inflater.unconsumed_tail:
        parts.append(inflater.decompress(inflater.unconsumed_tail, step))
    return b"".join(parts)


@dataclass
class Wire:
    """A socket after its handshake."""

    port: int
    path: str = "/ws/echo"
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        given = {
            "Host": f"127.0.0.1:{self.port}",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": key,
            "Sec-WebSocket-Version": "13",
            **self.headers,
        }
        lines = [f"{name}: {value}" for name, value in given.items() if value]
        self.socket = socket.create_connection(("127.0.0.1", self.port), DEADLINE_SECONDS)
        opened.append(self)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall("\r\n".join([f"GET {self.path} HTTP/1.1", *lines, "", ""]).encode())
        self._buffer = bytearray()
        while b"\r\n\r\n" not in self._buffer:
            assert self._receive(), "the server hung up during the handshake"
        head, _, rest = bytes(self._buffer).partition(b"\r\n\r\n")
        self._buffer = bytearray(rest)
        status, *fields = head.decode().split("\r\n")
        self.status = int(status.split()[1])
        self.fields = dict(line.lower().split(": ", 1) for line in fields)
        self.is_accepted = self.fields.get("sec-websocket-accept") == (
            base64.b64encode(hashlib.sha1(key.encode() + SALT).digest()).decode().lower()
        )

    @property
    def agreed(self) -> str:
        return self.fields.get("sec-websocket-extensions", "")

    @property
    def window_bits(self) -> int:
        """How far back the server may refer; 0 without compression."""
        bits = re.search(r"server_max_window_bits=(\d+)", self.agreed)
        return int(bits[1]) if bits else 15 if self.agreed else 0

    def send(self, data: bytes, chop: int = 0) -> None:
        """At most `chop` bytes a write."""
        try:
            for start in range(0, len(data), chop or max(1, len(data))):
                self.socket.sendall(data[start : start + (chop or len(data))])
        except ConnectionError:
            pass  # It had heard enough; what it said is still to be read.

    def next(self) -> tuple[Answer, bool] | None:
        """The next frame, and whether it was compressed; None when the server has hung up."""
        if not self._fill(2):
            return None
        first, mark = self._take(2)
        assert not mark & 0x80, "a server masks nothing"
        assert first & 0x80 and not first & 0x30, "a server sends whole frames without further bits"
        length = mark
        if mark >= 126:
            self._fill(2 if mark == 126 else 8)
            length = int.from_bytes(self._take(2 if mark == 126 else 8))
        assert self._fill(length), "half a frame"
        payload = self._take(length)
        compressed = bool(first & 0x40)
        if compressed:
            payload = inflate(payload + b"\0\0\xff\xff", self.window_bits)
        return Answer(first & 0x0F, payload), compressed

    def close(self) -> None:
        self.socket.close()

    def _fill(self, length: int) -> bool:
        while len(self._buffer) < length:
            if not self._receive():
                return False
        return True

    def _take(self, length: int) -> bytes:
        taken = bytes(self._buffer[:length])
        del self._buffer[:length]
        return taken

    def _receive(self) -> bool:
        try:
            data = self.socket.recv(1 << 18)
        except ConnectionError:
            return False
        self._buffer += data
        return bool(data)


def close_payload(code: int, reason: bytes = b"") -> bytes:
    return struct.pack("!H", code) + reason
