"""Says back whatever it is told, so that suites that know nothing of our messages can test our frames.

Exists only under APP_ENV=test.
"""

import time
from typing import Any

from flask import Flask, Response, request

from app.realtime.live.connection import Connection
from app.realtime.live.frames import BINARY, TEXT, data_frame, deflate
from app.realtime.live.handshake import find_fault, refuse
from app.realtime.live.limits import TokenBucket
from app.settings import Settings

MOST_BYTES = 16 * 1024 * 1024
MOST_SOCKETS = 32
IDLE_SECONDS = 60
UNLIMITED = 10**9
SMALLEST_DEFLATED_BYTES = 64
# zlib makes none smaller.
SMALLEST_WINDOW_BITS = 9
IDLE, OVERLOAD = 1000, 1013


class Echo:
    """The listener of its sockets. Nothing lies behind it, so any origin may come."""

    def __init__(self) -> None:
        self._sockets = 0

    def serve(self, connection: Connection) -> None:
        connection.reader.max_bytes = MOST_BYTES
        connection.bucket = TokenBucket(UNLIMITED, UNLIMITED, time.monotonic())
        connection.sock.settimeout(IDLE_SECONDS)
        if self._sockets >= MOST_SOCKETS:
            connection.end(OVERLOAD, "full")
        self._sockets += 1
        try:
            connection.serve(self)
            connection.end(IDLE, "idle")
        finally:
            self._sockets -= 1
            connection.abandon()

    def on_text(self, connection: Connection, text: str) -> None:
        self._say(connection, TEXT, text.encode())

    def on_binary(self, connection: Connection, data: bytes) -> None:
        self._say(connection, BINARY, data)

    def on_pong(self, connection: Connection, payload: bytes) -> None:
        pass

    def on_excess(self, connection: Connection) -> None:
        pass

    def on_breach(self, connection: Connection, code: int) -> None:
        pass

    def _say(self, connection: Connection, opcode: int, payload: bytes) -> None:
        """Reads no further before the answer to the last message is on its way, so it holds one at a time."""
        connection.outbox.wait()
        compressed = (
            len(payload) >= SMALLEST_DEFLATED_BYTES and connection.window_bits >= SMALLEST_WINDOW_BITS
        )
        if compressed:
            payload = deflate(payload, connection.window_bits)
        connection.outbox.send(data_frame(opcode, payload, compressed=compressed))


def add_echo(app: Flask, sock: Any, settings: Settings) -> None:
    path = f"{settings.WEBSOCKET_PATH}/echo"
    echo = Echo()

    @app.before_request
    def check_form() -> Response | None:
        fault = find_fault(request.environ) if request.path == path else None
        return refuse(*fault) if fault else None

    @sock.route(path)
    def serve_echo(connection: Connection) -> None:
        echo.serve(connection)
