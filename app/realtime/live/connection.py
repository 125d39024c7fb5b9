"""One socket: reads in the greenlet that serves it, writes through its outbox."""

import secrets
import socket
import time
from collections.abc import Mapping
from typing import Any, Protocol

import gevent

from app.realtime.live.assembly import Breach
from app.realtime.live.frames import (
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    close_frame,
    json_frame,
    pong_frame,
)
from app.realtime.live.handshake import FULL_WINDOW, agree_on_deflate, switching_protocols
from app.realtime.live.limits import CHANNEL_RATE, TokenBucket, client_address
from app.realtime.live.message import DEFAULT_LANGUAGE
from app.realtime.live.outbox import Outbox
from app.realtime.live.reader import Reader
from app.settings import Settings

RECEIVE_BYTES = 16384
# The kernel's default takes about 4 MB for each stalled reader, unseen by any bound of ours.
SEND_BUFFER_BYTES = 131072
PEER_TIMEOUT_MS = 40000
CLOSE_WAIT_SECONDS = 2
DISCARD_PAUSE_SECONDS = 0.02
LONGEST_LABEL = 64
GOING_AWAY_CODES = (1011, 1012, 1013)
NO_CODE, ABNORMAL = 1005, 1006


class Listener(Protocol):
    """Whom a socket hands what it reads."""

    def on_text(self, connection: "Connection", text: str) -> None: ...

    def on_binary(self, connection: "Connection", data: bytes) -> None: ...

    def on_pong(self, connection: "Connection", payload: bytes) -> None: ...

    def on_excess(self, connection: "Connection") -> None: ...

    def on_breach(self, connection: "Connection", code: int) -> None: ...


class Connection:
    """Takes the place of simple_websocket's Server in Flask-Sock, which touches `mode` and `close` only.

    That one keeps a thread, an event and a compressor for each socket, buffers without bound and may write
    half a frame.
    """

    __slots__ = (
        "id",
        "sock",
        "outbox",
        "reader",
        "window_bits",
        "bucket",
        "variant",
        "channels",
        "channel_bucket",
        "grants",
        "faults",
        "address",
        "label",
        "subject",
        "session",
        "opened_at",
        "heard_at",
        "spoke_at",
        "pinged_at",
        "half_since",
        "close_code",
        "_refused",
        "__weakref__",
    )

    mode = "gunicorn"

    def __init__(self, environ: Mapping[str, Any], settings: Settings):
        now = time.monotonic()
        offers = (
            environ.get("HTTP_SEC_WEBSOCKET_EXTENSIONS", "") if settings.WEBSOCKET_ENABLE_COMPRESSION else ""
        )
        agreement = agree_on_deflate(offers)
        self.id = f"c-{secrets.token_hex(6)}"
        self.sock = environ["gunicorn.socket"]
        tune(self.sock)
        self.outbox = Outbox(self.sock, settings.WEBSOCKET_QUEUE_BYTES, settings.WEBSOCKET_QUEUE_FRAMES)
        self.reader = Reader(settings.WEBSOCKET_MAX_MESSAGE, agreement is not None)
        self.window_bits = agreement.window_bits if agreement else 0
        self.bucket = TokenBucket(settings.WEBSOCKET_MESSAGE_RATE, settings.WEBSOCKET_MESSAGE_BURST, now)
        # Who asked for a smaller window gets plain frames: the compressed ones are shared by all others.
        self.variant = (DEFAULT_LANGUAGE, self.window_bits == FULL_WINDOW)
        # By name, the monotonic time at which a private channel's token expires; None for a public channel.
        self.channels: dict[str, float | None] = {}
        self.channel_bucket = TokenBucket(CHANNEL_RATE, 2 * settings.WEBSOCKET_MAX_CHANNELS, now)
        # By name, the token of a private channel that a ticket stood for.
        self.grants: dict[str, str] = {}
        self.faults = 0
        self.address = client_address(environ, settings.TRUSTED_PROXIES)
        self.label = ""
        self.subject: str | None = None
        self.session: str | None = None
        self.opened_at = self.heard_at = self.spoke_at = self.pinged_at = now
        # When a frame began that is not all here yet.
        self.half_since: float | None = None
        self.close_code: int | None = None
        self._refused = False
        self.outbox.send(switching_protocols(environ["HTTP_SEC_WEBSOCKET_KEY"], agreement))

    def speak(self, language: str) -> None:
        self.variant = (language, self.variant[1])

    def write(self, frame: bytes) -> bool:
        """A text frame, which a page sees, unlike pings and pongs."""
        self.spoke_at = time.monotonic()
        return self.outbox.send(frame)

    def tell(self, body: dict[str, Any]) -> bool:
        return self.write(json_frame(body))

    def serve(self, listener: Listener) -> None:
        """Read until the peer or this side has closed.

        Handling inline lets TCP slow down a peer that sends too fast.
        """
        while data := self._receive():
            self.heard_at = time.monotonic()
            if self.close_code is not None:
                gevent.sleep(DISCARD_PAUSE_SECONDS)
                continue
            self._read(data, listener)

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Say why, and end.

        The peer gets a moment to read it; `serve` returns when it has hung up. Does not yield.
        """
        if self.close_code is not None:
            return
        self.tell(
            {"type": "disconnect", "code": code, "reason": reason, "reconnect": code in GOING_AWAY_CODES}
        )
        self.end(code, reason)

    def end(self, code: int | None, reason: str = "") -> None:
        """The close frame alone. `code` None answers one that named none."""
        if self.close_code is not None:
            return
        self.close_code = NO_CODE if code is None else code
        self.outbox.send(close_frame(code, reason))
        self.outbox.finish()
        gevent.spawn_later(CLOSE_WAIT_SECONDS, self.outbox.cut)

    def abandon(self) -> None:
        """The peer is gone or nobody reads it any more; whatever waits for it is dropped."""
        self.close_code = self.close_code or ABNORMAL
        self.outbox.cut()

    def _receive(self) -> bytes:
        try:
            return self.sock.recv(RECEIVE_BYTES)
        except OSError:
            return b""

    def _read(self, data: bytes, listener: Listener) -> None:
        begun = self.half_since or self.heard_at
        try:
            for opcode, payload in self.reader.read(data):
                begun = self.heard_at
                self._handle(opcode, payload, listener)
                if self.close_code is not None:
                    return
        except Breach as breach:
            self.end(breach.code, breach.reason)
            listener.on_breach(self, breach.code)
        self.half_since = begun if self.reader.is_within_frame else None

    def _handle(self, opcode: int, payload: Any, listener: Listener) -> None:
        """Frames are paid for, not only messages: pings and endless empty fragments must not be free."""
        if opcode == CLOSE:
            self.end(int.from_bytes(payload[:2]) if payload else None)
            return
        afforded = self._afford(listener)
        if opcode == PING and afforded:
            self.outbox.send(pong_frame(payload))
        elif opcode == PONG and afforded:
            listener.on_pong(self, payload)
        elif opcode not in (PING, PONG):
            refused = self._refused or not afforded
            self._refused = refused and opcode == CONTINUATION
            if not refused and opcode != CONTINUATION:
                self._hand_over(opcode, payload, listener)

    def _hand_over(self, opcode: int, payload: Any, listener: Listener) -> None:
        if opcode == TEXT:
            listener.on_text(self, payload)
        else:
            listener.on_binary(self, payload)

    def _afford(self, listener: Listener) -> bool:
        if self.bucket.take(time.monotonic()):
            return True
        listener.on_excess(self)
        return False


def tune(sock: Any) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    if sock.family in (socket.AF_INET, socket.AF_INET6):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, PEER_TIMEOUT_MS)
