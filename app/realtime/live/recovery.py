"""Reads what channels hold in Redis, for many sockets at once."""

import time
from collections.abc import Iterable

from gevent.lock import BoundedSemaphore
from redis.exceptions import ConnectionError as RedisConnectionError

from app.core.redis import Redis
from app.realtime.live.history import Snapshot, cache_key, fetch, is_ahead
from app.realtime.live.inbound import Since
from app.realtime.live.topic import Topic

CACHE_SECONDS = 1.0
# Positions of one channel. Clients choose them, and each may hold the whole history.
MOST_CACHED = 16
READS_AT_ONCE = 4


class HistoryReader:
    """Reads positions and streams. A thousand sockets that come back at once cost one read a channel."""

    def __init__(self, client: Redis):
        self._client = client
        # Without a bound each waiting socket would open a connection to Redis of its own.
        self._gate = BoundedSemaphore(READS_AT_ONCE)

    def read(self, wanted: dict[Topic, Since | None]) -> dict[str, Snapshot]:
        """A snapshot by channel name, with the entries after `since`.

        Raises RedisError, and at once when Redis was lost while this waited for its turn: by then it hangs for all.
        """
        with self._gate:
            if not all(topic.is_live for topic in wanted):
                raise RedisConnectionError("not heard")
            found = {
                topic.name: snapshot
                for topic, since in wanted.items()
                if (snapshot := find_cached(topic, since))
            }
            missing = {topic: since for topic, since in wanted.items() if topic.name not in found}
            return {**found, **self._fetch(missing)} if missing else found

    def read_fresh(self, wanted: dict[Topic, Since | None]) -> dict[str, Snapshot]:
        with self._gate:
            return self._fetch(wanted)

    def _fetch(self, wanted: dict[Topic, Since | None]) -> dict[str, Snapshot]:
        snapshots = fetch(
            self._client, [(topic.name, topic.channel, since) for topic, since in wanted.items()]
        )
        for topic, since in wanted.items():
            if topic.is_live:
                keep(topic, since, snapshots[topic.name])
        return snapshots


def keep(topic: Topic, since: Since | None, snapshot: Snapshot) -> None:
    """The oldest goes first."""
    key = cache_key(topic.channel, since)
    topic.cache.pop(key, None)
    if len(topic.cache) >= MOST_CACHED:
        del topic.cache[next(iter(topic.cache))]
    topic.cache[key] = (time.monotonic() + CACHE_SECONDS, snapshot)


def find_cached(topic: Topic, since: Since | None) -> Snapshot | None:
    """Only while the topic is live and has heard nothing newer: a message between the read and this moment
    would be lost.
    """
    until, snapshot = topic.cache.get(cache_key(topic.channel, since), (0.0, None))
    if snapshot is None or not topic.is_live or until < time.monotonic() or is_ahead(since, snapshot):
        return None
    heard_more = topic.is_heard and (topic.epoch != snapshot.epoch or (topic.offset or 0) > snapshot.offset)
    return None if heard_more else snapshot


def drop_stale(topics: Iterable[Topic], now: float) -> None:
    for topic in topics:
        if topic.cache:
            topic.cache = {key: kept for key, kept in topic.cache.items() if kept[0] >= now}
