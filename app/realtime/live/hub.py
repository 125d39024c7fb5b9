"""The sockets and topics of this process, and the loop that writes one message to all who listen."""

import time
from collections.abc import Callable, Iterable

import gevent

from app.realtime.channels import Channel
from app.realtime.live.connection import ABNORMAL, Connection
from app.realtime.live.frames import json_frame
from app.realtime.live.message import Message
from app.realtime.live.meters import Meters
from app.realtime.live.room import Room
from app.realtime.live.topic import Topic

SOCKETS_BETWEEN_PAUSES = 200
SLOW_READER, OTHER = "slow_reader", "other"
FIRST_FREE_CODE = 3000
OUR_CODES = (4401, 4403, 4429)


class Hub:
    """Knows who listens to what. Written to by many greenlets; no method yields except where it says so."""

    def __init__(self) -> None:
        self.connections: set[Connection] = set()
        self.topics: dict[str, Topic] = {}
        self.rooms: dict[str, Room] = {}
        self.meters = Meters()
        self.degraded_since: int | None = None
        self.is_draining = False

    def enter(self, connection: Connection) -> None:
        self.connections.add(connection)

    def leave(self, connection: Connection) -> None:
        self.connections.discard(connection)
        for name in connection.channels:
            if found := self.find(name):
                found.leave(connection, time.monotonic())
        connection.channels.clear()
        self.meters.evicted += connection.outbox.evicted
        self.meters.closes[name_end(connection)] += 1

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

    def join(self, connection: Connection, name: str, channel: Channel, expires: float | None) -> Room:
        """Be present in a presence channel."""
        room = self.rooms.setdefault(name, Room(name, channel))
        room.members.add(connection)
        connection.channels[name] = expires
        return room

    def find(self, name: str) -> Topic | Room | None:
        return self.topics.get(name) or self.rooms.get(name)

    def drop(self, connection: Connection, names: Iterable[str]) -> list[str]:
        """Stop listening; the names that were in fact listened to."""
        dropped = [name for name in names if name in connection.channels]
        for name in dropped:
            del connection.channels[name]
            if found := self.find(name):
                found.leave(connection, time.monotonic())
        return dropped

    def deliver(self, topic: Topic, message: Message, *, timed: bool = True) -> int:
        """Write to all members; the number of sockets that took it.

        Yields between portions of them, so that pings run.
        """
        topic.hold_back(message)
        listeners, reached = list(topic.members), 0
        topic.is_in_delivery = True
        for start in range(0, len(listeners), SOCKETS_BETWEEN_PAUSES):
            if start:
                gevent.sleep(0)
            written = self._write(topic, message, listeners[start : start + SOCKETS_BETWEEN_PAUSES])
            reached += written
            if timed and message.ts and written:
                self.meters.delivery.observe(time.time() * 1000 - message.ts, written)
        topic.is_in_delivery = False
        for connection in [
            connection for connection, offset in topic.floors.items() if offset <= message.offset
        ]:
            topic.floors.pop(connection, None)
        return reached

    def _write(self, topic: Topic, message: Message, listeners: list[Connection]) -> int:
        """The innermost loop of the process: what is done here is done for each frame."""
        members, floors = topic.members, topic.floors
        key = topic.name if topic.is_state else None
        frames: dict[tuple[str, bool], bytes] = {}
        now = time.monotonic()
        reached = size = 0
        for connection in listeners:
            if connection not in members or floors and floors.get(connection, 0) >= message.offset:
                continue
            variant = connection.variant
            frame = frames.get(variant)
            if frame is None:
                frame = frames[variant] = message.frame(*variant)
            if connection.outbox.send(frame, key):
                connection.spoke_at = now
                reached += 1
                size += len(frame)
        self.meters.messages_out += reached
        self.meters.bytes_out += size
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


def name_end(connection: Connection) -> str:
    """Of the two thousand codes that a client may close with, none is a figure of its own."""
    if connection.outbox.evicted:
        return SLOW_READER
    code = connection.close_code or ABNORMAL
    return str(code) if code < FIRST_FREE_CODE or code in OUR_CODES else OTHER
