"""A few sockets that are read with care: when each message came, once, and in order."""

import json
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

from bench import frames
from bench.listening import RECEIVE_BYTES

# Linux's own numbers; Python's socket module does not name them.
TIMESTAMP = 35
TIMESPEC = struct.Struct("qq")
PONG = frames.client_frame(frames.PONG, b"")


class Probe:
    """`kernel` times are when the machine had the bytes; what comes after is this process's own delay."""

    def __init__(
        self, sockets: list[socket.socket], read: Callable[[bytes], dict[str, Any] | None] | None = None
    ):
        """`read` takes number and due moment out of a frame; None for a frame that is not timed."""
        self.sockets = sockets
        self._read = read or read_message
        self._readers = {sock: frames.Reader() for sock in sockets}
        for sock in sockets:
            sock.setsockopt(socket.SOL_SOCKET, TIMESTAMP, 1)
        self._lost = 0
        self.begin()

    def begin(self) -> None:
        self._seen: dict[socket.socket, list[int]] = {sock: [] for sock in self.sockets}
        self._latencies: list[float] = []
        self._kernel: list[float] = []

    def read(self, sock: socket.socket) -> int:
        data, extras, _, _ = sock.recvmsg(RECEIVE_BYTES, socket.CMSG_SPACE(TIMESPEC.size))
        now = time.time()
        if not data:
            self._lost += 1
            raise ConnectionError
        arrived = kernel_time(extras) or now
        found = 0
        for opcode, payload in self._readers[sock].feed(data):
            if opcode == frames.PING:
                sock.send(PONG)
            elif message := self._read(payload):
                found += 1
                self._seen[sock].append(message["number"])
                self._latencies.append((now - message["due"]) * 1000)
                self._kernel.append((arrived - message["due"]) * 1000)
        return found

    def report(self, expected: int) -> dict[str, Any]:
        orders = self._seen.values()
        return {
            "messages": sum(map(len, orders)),
            "missing": sum(expected - len(set(order)) for order in orders),
            "extra": sum(len(order) - len(set(order)) for order in orders),
            "disordered": sum(count_breaks(order) for order in orders),
            "latencies_ms": self._latencies,
            "kernel_ms": self._kernel,
            "lost sockets": self._lost,
        }


def read_message(payload: bytes) -> dict[str, Any] | None:
    """The data of a message; None for anything else that the server says."""
    frame = json.loads(payload)
    if frame["type"] != "message":
        return None
    data: dict[str, Any] = frame["data"]
    return data


def kernel_time(extras: list[Any]) -> float | None:
    for level, kind, data in extras:
        if (level, kind) == (socket.SOL_SOCKET, TIMESTAMP):
            seconds, nanoseconds = TIMESPEC.unpack(data)
            return float(seconds) + nanoseconds / 1e9
    return None


def count_breaks(order: list[int]) -> int:
    """How often a number is followed by one that should have come before it."""
    return sum(later < earlier for earlier, later in zip(order, order[1:], strict=False))
