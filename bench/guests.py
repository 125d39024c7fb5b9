"""Listeners that lose their connection and come back with the position they had, in a process of their own."""

import json
import random
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

import gevent
from gevent import socket
from gevent.select import select

from bench import audience, frames
from bench.companion import Companion
from bench.shop import Broken

CONNECT_S = 10.0
RECEIVE_BYTES = 65536
FIRST_RETRY_S = 0.5


@dataclass
class Guest:
    """One listener of one event channel. `trips` are the seconds of each return until nothing was missing any more."""

    port: int
    channel: str
    offset: int | None = None
    epoch: str = ""
    heard: int = 0
    twice: int = 0
    disordered: int = 0
    unrecovered: int = 0
    refused: int = 0
    trips: list[float] = field(default_factory=list)
    is_complete: bool = False
    _sock: Any = None

    def stay(self, pause: float) -> None:
        """Connects after `pause` seconds, and again until it succeeds, then reads until it is cut."""
        gevent.sleep(pause)
        begun = time.time()
        while True:
            try:
                self._sock = socket.create_connection(("127.0.0.1", self.port), CONNECT_S)
                rest = audience.upgrade(self._sock, self.port, False)
                break
            except (OSError, Broken):
                self.refused += 1
                gevent.sleep(random.uniform(0, FIRST_RETRY_S))
        self._subscribe()
        self._listen(rest, begun)

    def leave(self) -> None:
        self.is_complete = False
        if self._sock:
            self._sock.close()

    def _subscribe(self) -> None:
        wanted: dict[str, Any] = {"channel": self.channel}
        if self.offset is not None:
            wanted["since"] = {"offset": self.offset, "epoch": self.epoch}
        frame = json.dumps({"type": "subscribe", "channels": [wanted]}).encode()
        self._sock.sendall(frames.client_frame(frames.TEXT, frame))

    def _listen(self, rest: bytes, begun: float) -> None:
        reader = frames.Reader()
        target = None
        while True:
            for opcode, payload in reader.feed(rest):
                if opcode == frames.PING:
                    self._sock.sendall(frames.client_frame(frames.PONG, payload))
                elif opcode == frames.TEXT:
                    target = self._take(json.loads(payload), target)
            if target is not None and (self.offset or 0) >= target and not self.is_complete:
                self.is_complete = True
                self.trips.append(time.time() - begun)
            try:
                rest = self._sock.recv(RECEIVE_BYTES)
            except OSError:
                return
            if not rest:
                return

    def _take(self, frame: dict[str, Any], target: int | None) -> int | None:
        """The offset at which nothing is missing, once the server has told it."""
        if frame["type"] == "subscribed":
            answer = frame["channels"][self.channel]
            self.unrecovered += self.offset is not None and not answer["recovered"]
            if self.offset is None:
                self.offset, self.epoch = answer["offset"], frame["epoch"]
            return int(answer["offset"])
        if frame["type"] == "message":
            self._hear(frame["offset"], frame["epoch"])
        return target

    def _hear(self, offset: int, epoch: str) -> None:
        known = self.offset or 0
        if offset <= known:
            self.twice += 1
            return
        # The first message of a channel counts from a moment.
        self.disordered += known > 0 and offset != known + 1
        self.heard += 1
        self.offset, self.epoch = offset, epoch


class Party(Companion):
    """The process, as the rig sees it."""

    def __init__(self, port: int, count: int, channel: str):
        super().__init__(entertain, port, count, channel)

    def come(self, spread: float) -> None:
        """All of them connect within `spread` seconds."""
        self.tell(("come", spread, 0))

    def go(self) -> None:
        self.tell(("go", 0.0, 0))

    def report(self, patience: float, expected: int = 0) -> dict[str, Any]:
        """Waits until all are complete and each has heard `expected` messages, or for `patience` seconds."""
        self.tell(("report", patience, expected))
        return self.hear(patience + CONNECT_S)


def entertain(pipe: Connection, port: int, count: int, channel: str) -> None:
    guests = [Guest(port, channel) for _ in range(count)]
    while True:
        select([pipe], [], [])
        command, seconds, expected = pipe.recv()
        if command == "report":
            pipe.send(report(guests, seconds, expected))
        else:
            carry_out(command, guests, seconds)


def carry_out(command: str, guests: list[Guest], seconds: float) -> None:
    if command == "go":
        for guest in guests:
            guest.leave()
    else:
        for guest in guests:
            gevent.spawn(guest.stay, random.uniform(0, seconds))


def report(guests: list[Guest], patience: float, expected: int) -> dict[str, Any]:
    deadline = time.time() + patience
    while time.time() < deadline and not all(
        guest.is_complete and guest.heard >= expected for guest in guests
    ):
        gevent.sleep(0.02)
    figures = ("heard", "twice", "disordered", "unrecovered", "refused")
    told: dict[str, Any] = {name: sum(getattr(guest, name) for guest in guests) for name in figures}
    return {**told, "trips": [trip for guest in guests for trip in guest.trips]}
