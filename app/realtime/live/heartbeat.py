"""Finds sockets whose peer is gone, keeps quiet ones awake, and ends what has run out.

One greenlet a process.
"""

import logging
import struct
import time

import gevent

from app.realtime.live.connection import Connection
from app.realtime.live.frames import json_frame, ping_frame
from app.realtime.live.hub import Hub
from app.realtime.live.recovery import drop_stale
from app.realtime.live.subscriber import Subscriber

log = logging.getLogger(__name__)

ROUNDS_IN_A_BEAT = 6
QUIET_BEATS = 25 / 30
DEAD_BEATS = 2
HALF_FRAME_SECONDS = 30
LONGEST_TICK_SECONDS = 1.0
TOKEN_GRACE_SECONDS = 30
IDLE_TOPIC_SECONDS = 10
LOST = 1013
STAMP = struct.Struct("!d")
TEXT_PING = json_frame({"type": "ping"})


class Heartbeat:
    """Looks at each socket six times a beat, in portions, so that pings do not come in bursts."""

    def __init__(self, hub: Hub, subscriber: Subscriber, beat_ms: int):
        self._hub = hub
        self._subscriber = subscriber
        self._beat = beat_ms / 1000
        self._slots = max(1, int(self._beat / ROUNDS_IN_A_BEAT / LONGEST_TICK_SECONDS))
        self._tick = self._beat / ROUNDS_IN_A_BEAT / self._slots

    def run(self) -> None:
        slot = 0
        while True:
            gevent.sleep(self._tick)
            slot = (slot + 1) % self._slots
            try:
                self.look_after(slot)
            except Exception:
                log.exception("a heartbeat failed")

    def look_after(self, slot: int) -> None:
        now = time.monotonic()
        for connection in [
            connection for connection in self._hub.connections if id(connection) // 64 % self._slots == slot
        ]:
            if connection.close_code is None:
                self.check(connection, now)
                self.end_expired(connection, now)
        self._subscriber.forget(self._hub.list_idle(now, IDLE_TOPIC_SECONDS))
        drop_stale(self._hub.topics.values(), now)

    def check(self, connection: Connection, now: float) -> None:
        """Any byte counts as life, not only pongs: those wait behind the data of a busy slow client."""
        silence = now - connection.heard_at
        if silence > DEAD_BEATS * self._beat:
            connection.close(LOST, "heartbeat lost")
            return
        if connection.half_since and now - connection.half_since > HALF_FRAME_SECONDS:
            connection.close(LOST, "a frame took too long")
            return
        if silence > self._beat and now - connection.pinged_at > self._beat / 2:
            connection.pinged_at = now
            connection.outbox.send(ping_frame(STAMP.pack(now)))
        # Pages cannot see pings, and reconnect when they see nothing for a beat and a half.
        if now - connection.spoke_at > QUIET_BEATS * self._beat:
            connection.write(TEXT_PING)

    def end_expired(self, connection: Connection, now: float) -> None:
        """A page renews its tokens in time; the grace is for one that was just woken up."""
        names = [
            name
            for name, expires in connection.channels.items()
            if expires is not None and expires + TOKEN_GRACE_SECONDS < now
        ]
        if names:
            connection.tell({"type": "unsubscribed", "channels": self._hub.drop(connection, names)})
