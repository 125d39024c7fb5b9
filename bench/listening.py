"""A process that reads its share of the sockets: `sink` counts frames, `probe` times messages."""

import gc
import os
import select
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Protocol

from bench.companion import Companion

RECEIVE_BYTES = 262144
POLL_S = 0.1
LINGER_S = 0.3


@dataclass(frozen=True)
class Task:
    """Read until every socket has had `expected` messages, or until `give_up_at` (Unix seconds)."""

    expected: int
    give_up_at: float


class Ear(Protocol):
    """What is done with the sockets of one process."""

    sockets: list[socket.socket]

    def begin(self) -> None: ...

    def read(self, sock: socket.socket) -> int:
        """Take what has arrived. Returns how many messages; raises ConnectionError at the end."""
        ...

    def report(self, expected: int) -> dict[str, Any]: ...


class Listener(Companion):
    """The process, as the rig sees it."""

    def __init__(
        self,
        make: Callable[[list[socket.socket]], Ear],
        sockets: list[socket.socket],
        others: list[socket.socket],
        niceness: int,
    ):
        super().__init__(listen, make, sockets, others, niceness)


def listen(
    pipe: Connection,
    make: Callable[[list[socket.socket]], Ear],
    sockets: list[socket.socket],
    others: list[socket.socket],
    niceness: int,
) -> None:
    for sock in others:
        sock.close()
    os.nice(niceness)
    ear = make(sockets)
    # A collection in the middle of a burst would read as the server's latency.
    gc.freeze()
    gc.disable()
    while True:
        pipe.send(carry_out(ear, pipe.recv()))


def carry_out(ear: Ear, task: Task) -> dict[str, Any]:
    ear.begin()
    by_number = {sock.fileno(): sock for sock in ear.sockets if sock.fileno() >= 0}
    poll = select.epoll()
    for number in by_number:
        poll.register(number, select.EPOLLIN)
    missing = task.expected * len(ear.sockets)
    finished = 0.0
    while time.time() < (finished + LINGER_S if finished else task.give_up_at):
        for number, _ in poll.poll(POLL_S):
            try:
                missing -= ear.read(by_number[number])
            except ConnectionError:
                poll.unregister(number)
        if missing <= 0 and not finished:
            # A little longer, for messages that come twice.
            finished = time.time()
    poll.close()
    return {**ear.report(task.expected), "finished": finished or time.time()}
