"""Clients of the socket process: one that speaks WebSocket properly, and one that writes whatever bytes a
test likes.
"""

import base64
import json
import os
import socket
import struct
import time
from typing import Any

import websocket

from tests.realtime.live.servers import ORIGIN
from tests.support.waiting import PATIENCE_S

Body = dict[str, Any]

# Every client of the test that runs; closed after it, however it ends.
opened: "list[Peer | RawPeer]" = []


def since_offset(channel: str, offset: int, epoch: str) -> Body:
    """An event channel of a request, by a client that has all up to `offset`."""
    return {"channel": channel, "since": {"offset": offset, "epoch": epoch}}


def masked_frame(opcode: int, payload: bytes, *, fin: bool = True, rsv1: bool = False) -> bytes:
    """As a client writes it, with a mask that changes nothing."""
    first = (0x80 if fin else 0) | (0x40 if rsv1 else 0) | opcode
    length = len(payload)
    if length <= 125:
        header = struct.pack("!BB", first, 0x80 | length)
    elif length <= 0xFFFF:
        header = struct.pack("!BBH", first, 0x80 | 126, length)
    else:
        header = struct.pack("!BBQ", first, 0x80 | 127, length)
    return header + b"\0\0\0\0" + payload


class Peer:
    """A well-behaved client.

    Keeps everything it was sent in `received`; `closed_with` is the code of the close frame.
    """

    def __init__(self, port: int, path: str = "/ws", origin: str | None = ORIGIN, **options: Any):
        self.received: list[Body] = []
        self.closed_with: int | None = None
        self.socket = websocket.create_connection(
            f"ws://127.0.0.1:{port}{path}",
            timeout=PATIENCE_S,
            skip_utf8_validation=True,
            origin=origin,
            suppress_origin=origin is None,
            **options,
        )
        opened.append(self)

    def send(self, body: Body | str) -> None:
        self.socket.send(body if isinstance(body, str) else json.dumps(body))

    def next(self, seconds: float = 5.0) -> Body | None:
        """The next JSON frame; None when the server has closed or says nothing."""
        self.socket.settimeout(seconds)
        try:
            opcode, payload = self.socket.recv_data()
        except (websocket.WebSocketException, ConnectionError):
            return None
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            self.closed_with = struct.unpack("!H", payload[:2])[0]
            return None
        body: Body = json.loads(payload)
        self.received.append(body)
        return body

    def wait(self, type: str, seconds: float = PATIENCE_S) -> Body:
        deadline = time.monotonic() + seconds
        while body := self.next(max(0.01, deadline - time.monotonic())):
            if body["type"] == type:
                return body
        raise AssertionError(
            f"no {type}; closed with {self.closed_with}; got {str(self.received[-5:])[:500]}"
        )

    def wait_closed(self, seconds: float = PATIENCE_S) -> int | None:
        deadline = time.monotonic() + seconds
        while self.next(max(0.01, deadline - time.monotonic())):
            pass
        return self.closed_with

    def subscribe(self, *channels: str | Body, **more: Any) -> Body:
        """Subscribe and return `channels` of the answer."""
        wanted = [{"channel": item} if isinstance(item, str) else item for item in channels]
        self.send({"type": "subscribe", "id": 1, "channels": wanted, **more})
        answer: Body = self.wait("subscribed")["channels"]
        return answer

    def synchronise(self) -> None:
        """Everything that was sent to this client before is in `received` afterwards."""
        self.send({"type": "ping", "id": "sync"})
        self.wait("pong")

    def wait_offset(self, channel: str, offset: int) -> None:
        while offset not in self.offsets(channel):
            self.wait("message")

    def messages(self, channel: str) -> list[Body]:
        return [body for body in self.received if body["type"] == "message" and body["channel"] == channel]

    def offsets(self, channel: str) -> list[int]:
        return [body["offset"] for body in self.messages(channel)]

    def close(self) -> None:
        self.socket.close(timeout=1)
        self.socket.shutdown()  # Not done by the library when the server was first.


class RawPeer:
    """A socket after (or instead of) a proper handshake, for frames that no library would write or read."""

    def __init__(self, port: int, headers: dict[str, str] | None = None, receive_buffer: int | None = None):
        self.socket = socket.socket()
        opened.append(self)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(PATIENCE_S)
        self.socket.connect(("127.0.0.1", port))
        given = {
            "Host": f"127.0.0.1:{port}",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Origin": ORIGIN,
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            "Sec-WebSocket-Version": "13",
            **(headers or {}),
        }
        lines = [f"{name}: {value}" for name, value in given.items() if value]
        self.socket.sendall("\r\n".join(["GET /ws HTTP/1.1", *lines, "", ""]).encode())
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            self._receive()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        self.head = head.decode()
        self.status = int(self.head.split()[1])

    def send_frame(self, opcode: int, payload: bytes, *, fin: bool = True, rsv1: bool = False) -> None:
        self.socket.sendall(masked_frame(opcode, payload, fin=fin, rsv1=rsv1))

    def send(self, body: Body) -> None:
        self.send_frame(1, json.dumps(body).encode())

    def next_frame(self) -> tuple[int, bool, bytes]:
        """Opcode, whether RSV1 is set, payload as it is on the wire."""
        first, length = struct.unpack("!BB", self._take(2))
        if length == 126:
            (length,) = struct.unpack("!H", self._take(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", self._take(8))
        return first & 0x0F, bool(first & 0x40), self._take(length)

    def wait_close_code(self) -> int:
        while True:
            opcode, _, payload = self.next_frame()
            if opcode == 8:
                return int(struct.unpack("!H", payload[:2])[0])

    def close(self) -> None:
        self.socket.close()

    def _take(self, length: int) -> bytes:
        while len(self.buffer) < length:
            self._receive()
        taken, self.buffer = self.buffer[:length], self.buffer[length:]
        return taken

    def _receive(self) -> None:
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("the server hung up")
        self.buffer += data
