"""The sockets and topics of this process, and the loop that writes one message to all who listen."""

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable

import gevent

from app.realtime.channels import Channel
from app.realtime.live.connection import Connection
from app.realtime.live.frames import json_frame
from app.realtime.live.message import Message
from app.realtime.live.topic import Topic

SOCKETS_BETWEEN_PAUSES = 200
LATENCIES = 1024


class Meters:
    """Totals since the start of this process."""

    def __init__(self) -> None:
        self.messages_in = 0
        self.messages_out = 0
        self.bytes_out = 0
        self.evicted = 0
        self.recovered: Counter[bool] = Counter()
        self.latencies_ms: deque[float] = deque(maxlen=LATENCIES)


class Hub:
    """Knows who listens to what. Written to by many greenlets; no method yields except where it says so."""

    def __init__(self) -> None:
        self.connections: set[Connection] = set()
        self.topics: dict[str, Topic] = {}
        self.meters = Meters()
        self.degraded_since: int | None = None
        self.is_draining = False

    def enter(self, connection: Connection) -> None:
        self.connections.add(connection)

    def leave(self, connection: Connection) -> None:
        self.connections.discard(connection)
        for name in connection.channels:
            if name in self.topics:
                self.topics[name].leave(connection, time.monotonic())
        connection.channels.clear()
        self.meters.evicted += connection.outbox.evicted

    def hold(self, connection: Connection, name: str, channel: Channel, expires: float | None) -> Topic:
        """Start to listen, held back until `Topic.release`.

        `expires` is the end of a private channel's token.
        """
        topic = self.topics.get(name)
        if topic is None:
            topic = self.topics[name] = Topic(name, channel, time.monotonic())
        topic.hold(connection)
        connection.channels[name] = expires
        return topic

    def drop(self, connection: Connection, names: Iterable[str]) -> list[str]:
        """Stop listening; the names that were in fact listened to."""
        dropped = [name for name in names if name in connection.channels]
        for name in dropped:
            del connection.channels[name]
            self.topics[name].leave(connection, time.monotonic())
        return dropped

    def deliver(self, topic: Topic, message: Message, *, timed: bool = True) -> int:
        """Write to all members; the number of sockets that took it.

        Yields between portions of them, so that pings run.
        """
        topic.hold_back(message)
        key = topic.name if topic.is_state else None
        floors, clock, latencies = topic.floors, time.time, self.meters.latencies_ms
        frames: dict[tuple[str, bool], bytes] = {}
        reached = written = 0
        now = time.monotonic()
        for number, connection in enumerate(list(topic.members), 1):
            if not number % SOCKETS_BETWEEN_PAUSES:
                gevent.sleep(0)
                now = time.monotonic()
            if connection not in topic.members or floors and floors.get(connection, 0) >= message.offset:
                continue
            variant = connection.variant
            frame = frames.get(variant)
            if frame is None:
                frame = frames[variant] = message.frame(*variant)
            if connection.outbox.send(frame, key):
                connection.spoke_at = now
                reached += 1
                written += len(frame)
                if timed and message.ts:
                    latencies.append(clock() * 1000 - message.ts)
        for connection in [connection for connection, offset in floors.items() if offset <= message.offset]:
            floors.pop(connection, None)
        self.meters.messages_out += reached
        self.meters.bytes_out += written
        return reached

    def tell(self, connections: Iterable[Connection], body: dict[str, object]) -> None:
        """Write one control message to many. Yields as `deliver` does."""
        frame = json_frame(body)
        for number, connection in enumerate(list(connections), 1):
            if not number % SOCKETS_BETWEEN_PAUSES:
                gevent.sleep(0)
            connection.write(frame)

    def reset(self, connections: Iterable[Connection], names: list[str]) -> None:
        """What these missed is not in Redis any more; they must fetch it over HTTP."""
        self.tell(connections, {"type": "reset", "channels": names})

    def degrade(self) -> None:
        if self.degraded_since is None:
            self.degraded_since = int(time.time() * 1000)
            self.tell(self.connections, {"type": "degraded", "since": self.degraded_since})

    def restore(self) -> None:
        if self.degraded_since is not None:
            self.degraded_since = None
            self.tell(self.connections, {"type": "restored"})

    def close_where(self, condition: Callable[[Connection], bool], code: int, reason: str) -> None:
        for connection in [connection for connection in self.connections if condition(connection)]:
            connection.close(code, reason)

    def list_idle(self, now: float, seconds: float) -> list[Topic]:
        return [
            topic
            for topic in self.topics.values()
            if topic.is_empty and topic.idle_since is not None and now - topic.idle_since > seconds
        ]
