"""What this process reports about itself once a second, for the status page and the API."""

import json
import logging
import os
import resource
import secrets
import socket
import time
from collections.abc import Iterable
from typing import Any

import gevent
from redis.exceptions import RedisError

from app.core.own_memory import resident_bytes
from app.core.redis import Redis
from app.realtime.keys import PROCESSES_KEY, REPORT_PREFIX
from app.realtime.live.connection import Connection
from app.realtime.live.hub import Hub
from app.realtime.live.limits import Seats

log = logging.getLogger(__name__)

INTERVAL_SECONDS = 1.0
LIFETIME_SECONDS = 5
# Longer than any two clocks differ.
FORGET_SECONDS = 3600


class Status:
    """Writes a report that ends by itself when the process does, and the process's id among those that report."""

    def __init__(self, hub: Hub, seats: Seats, client: Redis):
        self._hub = hub
        self._seats = seats
        self._client = client
        self._host = socket.gethostname()
        self._started_ms = int(time.time() * 1000)
        self._id = f"{self._host}-{os.getpid()}-{secrets.token_hex(3)}"
        self._key = f"{REPORT_PREFIX}{self._id}"
        self._before = (time.monotonic(), 0, 0)
        self._is_withdrawn = False

    def run(self) -> None:
        while not self._is_withdrawn:
            try:
                self.write()
            except RedisError:
                pass  # Nobody can read it either.
            except Exception:
                log.exception("the status could not be written")
            gevent.sleep(INTERVAL_SECONDS)

    def write(self) -> None:
        now = time.time()
        pipeline = self._client.pipeline(transaction=True)
        pipeline.hset(self._key, mapping=self.describe())
        pipeline.expire(self._key, LIFETIME_SECONDS)
        pipeline.zadd(PROCESSES_KEY, {self._id: now + LIFETIME_SECONDS})
        pipeline.zremrangebyscore(PROCESSES_KEY, 0, now - FORGET_SECONDS)
        pipeline.execute()

    def withdraw(self) -> None:
        """At the end of a drain: the sum over all processes must not count this one for five seconds more."""
        self._is_withdrawn = True
        try:
            pipeline = self._client.pipeline(transaction=True)
            pipeline.delete(self._key)
            pipeline.zrem(PROCESSES_KEY, self._id)
            pipeline.execute()
        except RedisError:
            pass

    def describe(self) -> dict[Any, Any]:
        meters = self._hub.meters
        then, messages_in, messages_out = self._before
        self._before = (time.monotonic(), meters.messages_in, meters.messages_out)
        passed = max(self._before[0] - then, 0.001)
        return {
            "pid": os.getpid(),
            "host": self._host,
            "started": self._started_ms,
            "connections": len(self._hub.connections),
            "users": self._seats.subjects,
            "channels": len(self._hub.topics) + len(self._hub.rooms),
            "messages_in": meters.messages_in,
            "bytes_in": meters.bytes_in,
            "messages_out": meters.messages_out,
            "bytes_out": meters.bytes_out,
            "typing_in": meters.typing_in,
            "typing_out": meters.typing_out,
            "rate_in": round((meters.messages_in - messages_in) / passed, 1),
            "rate_out": round((meters.messages_out - messages_out) / passed, 1),
            "evicted": meters.evicted,
            **meters.delivery.percentiles(),
            "delivery": meters.delivery.to_json(),
            "round_trip": meters.round_trip.to_json(),
            "closes": json.dumps(meters.closes),
            "recovered": meters.recovered[True],
            "unrecovered": meters.recovered[False],
            "gaps": meters.gaps,
            "gap_messages": meters.gap_messages,
            "redis_reconnects": meters.redis_reconnects,
            **queues(self._hub.connections),
            "memory": resident_bytes(),
            "cpu": cpu_seconds(),
            "draining": int(self._hub.is_draining),
        }


def queues(connections: Iterable[Connection]) -> dict[str, int]:
    """What waits for slow readers now: in all, and for the slowest."""
    depths = [connection.outbox.depth for connection in connections if connection.outbox.is_busy]
    return {
        "queued_bytes": sum(size for size, _ in depths),
        "queued_frames": sum(frames for _, frames in depths),
        "longest_queue": max((size for size, _ in depths), default=0),
    }


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return round(used.ru_utime + used.ru_stime, 3)
