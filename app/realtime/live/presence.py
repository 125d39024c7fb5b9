"""Tells Redis whom this process serves, and its sockets who else is there.

What Redis should hold follows from the sockets that are open, looked up anew each time: there is no counter that could
drift. While Redis is away nothing is told, so nobody seems to leave because nobody can be counted.
"""

import logging
import secrets
import time
from collections.abc import Collection, Iterable
from typing import Any

import gevent
from gevent.event import Event
from redis.exceptions import RedisError

from app.core.redis import Redis
from app.realtime import leases
from app.realtime.leases import CONNECTED, Presence
from app.realtime.live.connection import Connection
from app.realtime.live.frames import json_frame
from app.realtime.live.hub import SOCKETS_BETWEEN_PAUSES, Hub
from app.realtime.live.room import Room

log = logging.getLogger(__name__)

INTERVAL_SECONDS = 2.0
# A newcomer waits so long for its figure, in which a thousand others may come.
SETTLE_SECONDS = 0.15
# How long a page may take to be followed by the next one of the same subject.
GRACE_SECONDS = 3.0
LEASE_BEATS = 1.5
LEASE_SPARE_SECONDS = 5
# After a loss every process writes its names again at its next round.
REWRITTEN_SECONDS = 2 * INTERVAL_SECONDS
NAMES_AT_ONCE = 1000
# Redis answers nobody else meanwhile.
ROOMS_AT_ONCE = 200


class Lease:
    """The names of this process in one channel, as Redis should hold them."""

    __slots__ = ("names", "leaving", "is_written", "renewed_at")

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.leaving: dict[str, float] = {}
        self.is_written = False
        self.renewed_at = 0.0

    def settle(self, present: set[str], now: float) -> tuple[set[str], set[str]]:
        """Who is new and who is gone. A subject stays for a moment: its next page opens a socket of its own."""
        for name in present & self.leaving.keys():
            del self.leaving[name]
        for name in self.names - present - self.leaving.keys():
            self.leaving[name] = now + (GRACE_SECONDS if ":" in name else 0)
        gone = {name for name, until in self.leaving.items() if until <= now}
        for name in gone:
            del self.leaving[name]
        added = present - self.names
        self.names = (self.names | present) - gone
        return added, gone


class Attendance:
    """One a process. `run` is the only greenlet that writes."""

    def __init__(self, hub: Hub, client: Redis, beat_ms: int):
        self._hub = hub
        self._client = client
        self._beat = beat_ms / 1000
        self._lease_ms = int((LEASE_BEATS * self._beat + LEASE_SPARE_SECONDS) * 1000)
        self._process = ""
        self._leases: dict[str, Lease] = {CONNECTED: Lease()}
        self._woken = Event()
        self._was_known = self._is_withdrawn = False
        self._quiet_until = 0.0

    def welcome(self, connection: Connection, rooms: Iterable[Room]) -> None:
        """Tell this socket soon who is there, itself included."""
        for room in rooms:
            if connection in room.members:
                room.newcomers.add(connection)
                self._woken.set()

    def run(self) -> None:
        self._process = secrets.token_hex(6)  # Not earlier: processes that are forked must not share it.
        while not self._is_withdrawn:
            self._woken.wait(INTERVAL_SECONDS - SETTLE_SECONDS)
            gevent.sleep(SETTLE_SECONDS)
            self._woken.clear()
            try:
                self.look()
            except Exception:
                log.exception("presence could not be told")

    def look(self) -> None:
        """One round: bring Redis up to date, read who is there, tell those who do not know it."""
        if self._is_withdrawn:
            return
        now = time.monotonic()
        rooms = list(self._hub.rooms.values())
        try:
            found = self._exchange(rooms, now)
        except RedisError:
            found = {}
            self._distrust()
        for room in rooms:
            self._tell(room, found.get(room.name), now)
        self._forget_empty()

    def withdraw(self) -> None:
        """At the end of a drain: those who come back to another process are not missed meanwhile."""
        self._is_withdrawn = True
        try:
            leases.renew(self._client, self._process, int(GRACE_SECONDS * 1000))
        except RedisError:
            pass

    def _exchange(self, rooms: list[Room], now: float) -> dict[str, Presence]:
        if not leases.renew(self._client, self._process, self._lease_ms):
            self._start_again(now)
        pipeline = self._client.pipeline(transaction=True)
        self._write(pipeline, CONNECTED, self._connected(), now)
        pipeline.execute()
        found: dict[str, Presence] = {}
        for start in range(0, len(rooms), ROOMS_AT_ONCE):
            found |= self._exchange_some(rooms[start : start + ROOMS_AT_ONCE], now)
        return found

    def _exchange_some(self, rooms: list[Room], now: float) -> dict[str, Presence]:
        wanted = {room.name: not room.channel.public for room in rooms}
        pipeline = self._client.pipeline(transaction=True)
        for room in rooms:
            self._write(pipeline, room.name, room.names(), now)
        leases.ask(pipeline, wanted)
        return leases.read_answer(wanted, pipeline.execute()[-1])

    def _start_again(self, now: float) -> None:
        """Redis does not know this process: it is new, was stopped for long, or Redis lost everybody's names."""
        self._distrust()
        if self._was_known:
            self._quiet_until = now + REWRITTEN_SECONDS
        self._was_known = True

    def _distrust(self) -> None:
        for lease in self._leases.values():
            lease.is_written = False

    def _connected(self) -> set[str]:
        return {
            connection.subject
            for connection in self._hub.connections
            if connection.subject and connection.close_code is None
        }

    def _write(self, pipeline: Any, name: str, present: set[str], now: float) -> None:
        lease = self._leases.setdefault(name, Lease())
        added, gone = lease.settle(present, now)
        key = leases.names_key(self._process, name)
        if not lease.is_written:
            pipeline.delete(key)
            added, gone = lease.names, set()
        for command, names in ((pipeline.sadd, list(added)), (pipeline.srem, list(gone))):
            for start in range(0, len(names), NAMES_AT_ONCE):
                command(key, *names[start : start + NAMES_AT_ONCE])
        if added or now - lease.renewed_at > self._beat:
            # Longer than the lease of the process, which alone decides: the set must be there as long as it counts.
            pipeline.pexpire(key, self._lease_ms + int(2 * self._beat * 1000))
            lease.renewed_at = now
        lease.is_written = True

    def _tell(self, room: Room, found: Presence | None, now: float) -> None:
        """To everybody when it is another figure, but not more often than it can be read; to newcomers in any case."""
        figure = found
        if found is None or now < self._quiet_until:
            figure = room.told or found or count_here(room)
        is_news = figure != room.told and now - room.told_at >= INTERVAL_SECONDS
        audience = list(room.members if is_news else room.newcomers)
        room.newcomers.clear()
        if is_news:
            room.told, room.told_at = figure, now
        if audience and figure:
            self._send(audience, room.name, figure)

    def _send(self, audience: Collection[Connection], name: str, figure: Presence) -> None:
        frame = json_frame({"type": "presence", "channel": name, **figure.fields()})
        now = time.monotonic()
        for number, connection in enumerate(audience, 1):
            if not number % SOCKETS_BETWEEN_PAUSES:
                gevent.sleep(0)
            if name in connection.channels and connection.outbox.send(frame, name):
                connection.spoke_at = now

    def _forget_empty(self) -> None:
        for name, room in list(self._hub.rooms.items()):
            lease = self._leases.get(name)
            if not room.members and not (lease and lease.names):
                del self._hub.rooms[name]
                self._leases.pop(name, None)


def count_here(room: Room) -> Presence:
    """What this process alone can say."""
    names = tuple(sorted(room.names()))
    return Presence(len(names), None if room.channel.public else names)
