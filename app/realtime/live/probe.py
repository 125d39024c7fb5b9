"""Looks for dead sockets at once when somebody would be refused because of them.

A laptop that changes its network, or an office whose line fails, is back long before the heartbeat misses the old sockets.
"""

import time
from collections.abc import Callable

import gevent

from app.realtime.live.connection import Connection
from app.realtime.live.frames import ping_frame
from app.realtime.live.hub import Hub

ANSWER_SECONDS = 5
LOST = 1013

Condition = Callable[[Connection], bool]


class Probe:
    def __init__(self, hub: Hub):
        self._hub = hub
        self._asked: set[str] = set()

    def ask(self, name: str, condition: Condition) -> None:
        """Ping these sockets, and close those that say nothing for a while. One round at a time for each `name`."""
        if name in self._asked:
            return
        self._asked.add(name)
        begun = time.monotonic()
        for connection in self._find(condition):
            connection.outbox.send(ping_frame())
        gevent.spawn_later(ANSWER_SECONDS, self._judge, name, condition, begun)

    def _judge(self, name: str, condition: Condition, begun: float) -> None:
        self._asked.discard(name)
        for connection in self._find(condition):
            if connection.heard_at < begun:
                connection.close(LOST, "heartbeat lost")

    def _find(self, condition: Condition) -> list[Connection]:
        return [connection for connection in self._hub.connections if condition(connection)]
