"""Clients that come back whenever they lose their socket, and go on from where they were. One thread serves them all."""

import contextlib
import json
import selectors
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

from tests.realtime.live.peers import masked_frame
from tests.realtime.live.servers import ORIGIN
from tests.support.waiting import wait_for

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
TICK_S = 0.02
UPGRADE = (
    "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nOrigin: {origin}\r\n\r\n"
)


class Follower:
    """Listens to one event channel.

    `runs` are the offsets it was sent, in a new list each time it was told that something may be lost to it: by the
    answer to a subscribe, a reset or a new epoch. Each begins with the position that it was told, or None.
    """

    def __init__(self, port: int, channel: str, pause: float, silence: float, origin: str = ORIGIN):
        self.port = port
        self.channel = channel
        self.pause = pause
        self.silence = silence
        self.origin = origin
        self.runs: list[list[int | None]] = []
        self.epoch: str | None = None
        self.connects = 0
        self.refusals = 0
        self.closed_with: list[int] = []
        self.closed_at: list[float] = []
        self.is_subscribed = False
        self.socket: socket.socket | None = None
        self.heard_at = self.lost_at = 0.0
        self._is_open = False
        self._data = b""

    @property
    def last(self) -> int | None:
        return self.runs[-1][-1] if self.runs else None

    @property
    def breaks(self) -> list[tuple[int, int]]:
        """Pairs of offsets that do not follow each other within one run: each is a message lost, doubled or too early.
        0 stands before the first message.
        """
        pairs = [pair for run in self.runs for pair in zip(run, run[1:], strict=False)]
        return [(before, after) for before, after in pairs if before and after != before + 1]

    def hang_up(self) -> None:
        """Lose the socket without a word; it comes back after its pause."""
        with contextlib.suppress(OSError):
            if self.socket:
                self.socket.shutdown(socket.SHUT_RDWR)

    def turn_away(self) -> None:
        """Unsubscribe; the answer to that makes it subscribe again."""
        with contextlib.suppress(OSError):
            if self.socket and self.is_subscribed:
                self.is_subscribed = False  # Who asks twice before the answer is told twice.
                self._send(TEXT, json.dumps({"type": "unsubscribe", "channel": self.channel}).encode())

    def connect(self) -> None:
        self.heard_at, self._data, self._is_open = time.monotonic(), b"", False
        self.socket = socket.create_connection(("127.0.0.1", self.port), 5)
        self.connects += 1
        self.socket.sendall(UPGRADE.format(origin=self.origin).encode())

    def lose(self) -> None:
        if self.socket:
            self.socket.close()
        self.socket, self.is_subscribed, self.lost_at = None, False, time.monotonic()

    def read(self) -> None:
        """Raises OSError when the socket is gone."""
        assert self.socket
        received = self.socket.recv(262144)
        if not received:
            raise ConnectionError("the server hung up")
        self.heard_at = time.monotonic()
        self._data += received
        if not self._is_open:
            self._open()
        while self._is_open and (frame := self._take_frame()):
            self._handle(*frame)

    def _open(self) -> None:
        head, end, rest = self._data.partition(b"\r\n\r\n")
        if end and b" 101 " not in head:
            raise ConnectionError(head.decode())
        if end:
            self._is_open, self._data = True, rest
            self._subscribe()

    def _subscribe(self) -> None:
        wanted: dict[str, Any] = {"channel": self.channel}
        if self.last is not None:
            wanted["since"] = {"offset": self.last, "epoch": self.epoch}
        self._send(TEXT, json.dumps({"type": "subscribe", "channels": [wanted]}).encode())

    def _send(self, opcode: int, payload: bytes) -> None:
        assert self.socket
        self.socket.sendall(masked_frame(opcode, payload))

    def _take_frame(self) -> tuple[int, bytes] | None:
        data = self._data
        if len(data) < 2:
            return None
        length, start = data[1], 2
        if length >= 126:
            start = 4 if length == 126 else 10
            length = int.from_bytes(data[2:start])
        if len(data) < start + length:
            return None
        self._data = data[start + length :]
        return data[0] & 0x0F, data[start : start + length]

    def _handle(self, opcode: int, payload: bytes) -> None:
        if opcode == PING:
            self._send(PONG, payload)
        elif opcode == CLOSE:
            self.closed_with.append(int.from_bytes(payload[:2]))
            self.closed_at.append(time.monotonic())
            raise ConnectionError("closed")
        elif opcode == TEXT:
            self._hear(json.loads(payload))

    def _hear(self, body: dict[str, Any]) -> None:
        if body["type"] == "subscribed":
            answer = body["channels"][self.channel]
            if not answer["recovered"]:
                self.epoch = body["epoch"]
                self.runs.append([answer["offset"]])
            self.is_subscribed = True
        elif body["type"] == "unsubscribed":
            self._subscribe()
        elif body["type"] == "reset":
            self.runs.append([None])
        elif body["type"] == "message" and body["epoch"] == self.epoch:
            self.runs[-1].append(body["offset"])
        elif body["type"] == "message":
            self.epoch = body["epoch"]
            self.runs.append([body["offset"]])


class Crowd(threading.Thread):
    def __init__(self, followers: list[Follower]):
        super().__init__(daemon=True)
        self.followers = followers
        self.is_over = threading.Event()
        self._selector = selectors.DefaultSelector()

    def run(self) -> None:
        while not self.is_over.is_set():
            for key, _ in self._selector.select(TICK_S):
                self._attend(key.data)
            now = time.monotonic()
            for follower in self.followers:
                if follower.socket is None and now - follower.lost_at > follower.pause:
                    self._admit(follower)
                elif follower.socket and now - follower.heard_at > follower.silence:
                    self._lose(follower)
        for follower in self.followers:
            self._lose(follower)

    def _admit(self, follower: Follower) -> None:
        try:
            follower.connect()
        except OSError:
            follower.refusals += 1
            follower.lose()
        else:
            self._selector.register(follower.socket, selectors.EVENT_READ, follower)

    def _attend(self, follower: Follower) -> None:
        try:
            follower.read()
        except OSError:
            self._lose(follower)

    def _lose(self, follower: Follower) -> None:
        if follower.socket:
            self._selector.unregister(follower.socket)
        follower.lose()


@contextlib.contextmanager
def following(
    port: int, count: int, channel: str = "shop", pause: float = 0.05, silence: float = 30.0
) -> Iterator[list[Follower]]:
    """That many followers, subscribed."""
    crowd = Crowd([Follower(port, channel, pause, silence) for _ in range(count)])
    crowd.start()
    try:
        wait_until_subscribed(crowd.followers)
        yield crowd.followers
    finally:
        crowd.is_over.set()
        crowd.join(5)


def wait_until_subscribed(followers: list[Follower], seconds: float = 15.0) -> None:
    wait_for(lambda: all(follower.is_subscribed for follower in followers), seconds, "all to be subscribed")


def wait_until_told(followers: list[Follower], offset: int, seconds: float = 10.0) -> None:
    wait_for(lambda: all(follower.last == offset for follower in followers), seconds, f"all to have {offset}")
