"""The crowd: reads as cheaply as it can, so that the clients are not what is measured."""

import socket
from typing import Any

from bench import frames
from bench.listening import RECEIVE_BYTES

PONG = frames.client_frame(frames.PONG, b"")
SMALLEST_MESSAGE = 100


class Sink:
    def __init__(self, sockets: list[socket.socket]):
        self.sockets = sockets
        self._counters = {sock: frames.Counter(SMALLEST_MESSAGE) for sock in sockets}
        self._lost = 0

    def begin(self) -> None:
        for counter in self._counters.values():
            counter.messages = counter.bytes = 0

    def read(self, sock: socket.socket) -> int:
        counter = self._counters[sock]
        before, pings = counter.messages, counter.pings
        data = sock.recv(RECEIVE_BYTES)
        if not data:
            self._lost += 1
            raise ConnectionError
        counter.feed(data)
        if counter.pings > pings:
            sock.send(PONG)
        return counter.messages - before

    def report(self, expected: int) -> dict[str, Any]:
        counts = [counter.messages for counter in self._counters.values()]
        return {
            "messages": sum(counts),
            "bytes": sum(counter.bytes for counter in self._counters.values()),
            "missing": sum(max(0, expected - count) for count in counts),
            "extra": sum(max(0, count - expected) for count in counts),
            "lost sockets": self._lost,
        }
