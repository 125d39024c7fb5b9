"""Waiting with a deadline, and ports that nobody has."""

import socket
import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")
# For what must come: long enough for a machine that is busy with something else. What comes soon costs nothing.
PATIENCE_S = 30.0


def wait_for(
    condition: Callable[[], Answer], seconds: float = PATIENCE_S, what: str = "a condition"
) -> Answer:
    """The first true answer. Fails when the time is over."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s in vain for {what}")
        time.sleep(0.02)
    return answer


def free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def free_row(length: int) -> int:
    """The first of that many ports in a row, none of which anybody has."""
    for _ in range(100):
        first = free_ports(1)[0]
        probes: list[socket.socket] = []
        try:
            for port in range(first, first + length):
                probes.append(socket.socket())
                probes[-1].bind(("127.0.0.1", port))
            return first
        except (OSError, OverflowError):
            continue
        finally:
            for probe in probes:
                probe.close()
    raise AssertionError(f"there are no {length} free ports in a row")
