"""What this process reports about itself once a second, for the status page and the API."""

import logging
import os
import secrets
import socket
import time
from collections.abc import Sequence
from typing import Any

import gevent
from redis.exceptions import RedisError

from app.core.redis import Redis
from app.realtime.keys import PROCESSES_KEY, REPORT_PREFIX
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
            "channels": len(self._hub.topics),
            "messages_in": meters.messages_in,
            "messages_out": meters.messages_out,
            "bytes_out": meters.bytes_out,
            "rate_in": round((meters.messages_in - messages_in) / passed, 1),
            "rate_out": round((meters.messages_out - messages_out) / passed, 1),
            "evicted": meters.evicted,
            **percentiles(meters.latencies_ms),
            "draining": int(self._hub.is_draining),
        }


def percentiles(values: Sequence[float]) -> dict[str, str | float]:
    """p50, p95 and p99; empty texts when there is nothing to tell."""
    ordered = sorted(values)
    return {
        f"p{percent}": round(ordered[min(len(ordered) - 1, len(ordered) * percent // 100)], 2)
        if ordered
        else ""
        for percent in (50, 95, 99)
    }
