"""One socket: reads in the greenlet that serves it, writes through its outbox."""

import secrets
import socket
import time
from collections.abc import Mapping
from typing import Any, Protocol

import gevent
from wsproto import ConnectionType
from wsproto.connection import Connection as Wire
from wsproto.events import BytesMessage, CloseConnection, Message, Ping, Pong, TextMessage
from wsproto.utilities import RemoteProtocolError

from app.realtime.live.frames import close_frame, json_frame, pong_frame
from app.realtime.live.handshake import BoundedDeflate, accepts_deflate, switching_protocols
from app.realtime.live.limits import TokenBucket, client_address
from app.realtime.live.message import DEFAULT_LANGUAGE
from app.realtime.live.outbox import Outbox
from app.settings import Settings

RECEIVE_BYTES = 4096
# The kernel's default takes about 4 MB for each stalled reader, unseen by any bound of ours.
SEND_BUFFER_BYTES = 131072
PEER_TIMEOUT_MS = 40000
CLOSE_WAIT_SECONDS = 2
DISCARD_PAUSE_SECONDS = 0.02
LONGEST_LABEL = 64
GOING_AWAY_CODES = (1011, 1012, 1013)
ABNORMAL, TOO_BIG = 1006, 1009


class Listener(Protocol):
    """Whom a socket hands what it reads."""

    def on_text(self, connection: "Connection", text: str) -> None: ...

    def on_binary(self, connection: "Connection") -> None: ...

    def on_excess(self, connection: "Connection") -> None: ...


class Connection:
    """Takes the place of simple_websocket's Server in Flask-Sock, which touches `mode` and `close` only.

    That one keeps a thread, an event and a compressor for each socket, buffers without bound and may write
    half a frame.
    """

    __slots__ = (
        "id",
        "sock",
        "outbox",
        "wire",
        "bucket",
        "variant",
        "channels",
        "address",
        "label",
        "subject",
        "session",
        "opened_at",
        "heard_at",
        "spoke_at",
        "pinged_at",
        "close_code",
        "max_message",
        "_parts",
        "_size",
        "_refused",
        "__weakref__",
    )

    mode = "gunicorn"

    def __init__(self, environ: Mapping[str, Any], settings: Settings):
        now = time.monotonic()
        deflate = settings.WEBSOCKET_ENABLE_COMPRESSION and accepts_deflate(
            environ.get("HTTP_SEC_WEBSOCKET_EXTENSIONS", "")
        )
        self.id = f"c-{secrets.token_hex(6)}"
        self.sock = environ["gunicorn.socket"]
        tune(self.sock)
        self.outbox = Outbox(self.sock, settings.WEBSOCKET_QUEUE_BYTES, settings.WEBSOCKET_QUEUE_FRAMES)
        self.max_message = settings.WEBSOCKET_MAX_MESSAGE
        self.wire = Wire(ConnectionType.SERVER, [BoundedDeflate(self.max_message)] if deflate else [])
        self.bucket = TokenBucket(settings.WEBSOCKET_MESSAGE_RATE, settings.WEBSOCKET_MESSAGE_BURST, now)
        self.variant = (DEFAULT_LANGUAGE, deflate)
        # By name, the Unix time at which a private channel's token expires; None for a public channel.
        self.channels: dict[str, float | None] = {}
        self.address = client_address(environ, settings.TRUSTED_PROXIES)
        self.label = ""
        self.subject: str | None = None
        self.session: str | None = None
        self.opened_at = self.heard_at = self.spoke_at = self.pinged_at = now
        self.close_code: int | None = None
        self._parts: list[str] | None = None
        self._size = 0
        self._refused = False
        self.outbox.send(switching_protocols(environ["HTTP_SEC_WEBSOCKET_KEY"], deflate))

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
            try:
                self.wire.receive_data(data)
                for event in self.wire.events():
                    self._handle(event, listener)
                    if self.close_code is not None:
                        break
            except RemoteProtocolError as error:
                hint = error.event_hint
                self.close(int(hint.code) if isinstance(hint, CloseConnection) else 1002, "protocol error")

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Say why, and end.

        The peer gets a moment to read it; `serve` returns when it has hung up. Does not yield.
        """
        if self.close_code is not None:
            return
        self.tell(
            {"type": "disconnect", "code": code, "reason": reason, "reconnect": code in GOING_AWAY_CODES}
        )
        self._end(code, close_frame(code, reason))

    def abandon(self) -> None:
        """The peer is gone or nobody reads it any more; whatever waits for it is dropped."""
        self.close_code = self.close_code or ABNORMAL
        self.outbox.cut()

    def _end(self, code: int, frame: bytes) -> None:
        self.close_code = code
        self.outbox.send(frame)
        self.outbox.finish()
        gevent.spawn_later(CLOSE_WAIT_SECONDS, self.outbox.cut)

    def _receive(self) -> bytes:
        try:
            return self.sock.recv(RECEIVE_BYTES)
        except OSError:
            return b""

    def _handle(self, event: Any, listener: Listener) -> None:
        if isinstance(event, CloseConnection):
            code = None if event.code == 1005 else int(event.code)
            self._end(int(event.code), close_frame(code))
        elif isinstance(event, Ping | Pong):
            if self._afford(listener) and isinstance(event, Ping):
                self.outbox.send(pong_frame(bytes(event.payload)))
        elif isinstance(event, Message):
            self._gather(event, listener)

    def _gather(self, event: Message[Any], listener: Listener) -> None:
        """Frames count, not only messages: endless empty fragments must not be free."""
        self._size += len(event.data)
        if event.frame_finished and not self._afford(listener):
            self._refused = True
        if self._size > self.max_message:
            self.close(TOO_BIG, f"a message has at most {self.max_message} bytes")
        elif event.message_finished:
            self._complete(event, listener)
        elif isinstance(event, TextMessage):
            self._parts = self._parts or []
            self._parts.append(event.data)

    def _complete(self, event: Message[Any], listener: Listener) -> None:
        text = "".join([*(self._parts or ()), event.data]) if isinstance(event, TextMessage) else ""
        refused = self._refused
        self._parts, self._size, self._refused = None, 0, False
        if refused or self.close_code is not None:
            return
        if isinstance(event, BytesMessage):
            listener.on_binary(self)
        elif not text.isascii() and len(text.encode()) > self.max_message:
            self.close(TOO_BIG, f"a message has at most {self.max_message} bytes")
        else:
            listener.on_text(self, text)

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
