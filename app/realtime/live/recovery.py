"""What a channel holds in Redis, and what of it a listener missed."""

import logging
import time
from collections.abc import Iterable, Iterator

from gevent.lock import BoundedSemaphore

from app.core.redis import Redis
from app.realtime.keys import EPOCH_KEY
from app.realtime.live.inbound import Since
from app.realtime.live.message import Message
from app.realtime.live.topic import Snapshot, Topic

log = logging.getLogger(__name__)

CACHE_SECONDS = 1.0
READS_AT_ONCE = 4


class HistoryReader:
    """Reads positions and streams. A thousand sockets that come back at once cost one read a channel."""

    def __init__(self, client: Redis):
        self._client = client
        # Without a bound each waiting socket would open a connection to Redis of its own.
        self._gate = BoundedSemaphore(READS_AT_ONCE)

    def read(self, wanted: dict[Topic, Since | None]) -> dict[str, Snapshot]:
        """A snapshot by channel name, with the entries after `since`. Raises RedisError."""
        with self._gate:
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
        # One transaction, so that the position and the stream of a channel belong together.
        pipeline = self._client.pipeline(transaction=True)
        pipeline.get(EPOCH_KEY)
        for topic, since in wanted.items():
            pipeline.hmget(f"rt:c:{topic.name}", "start", "offset", "version")
            ask_entries(pipeline, topic, since)
        epoch, *answers = pipeline.execute()
        snapshots = {}
        for (topic, since), position, entries in zip(
            wanted.items(), answers[::2], answers[1::2], strict=True
        ):
            snapshot = make_snapshot(topic, epoch.decode() if epoch else None, position, entries)
            snapshots[topic.name] = snapshot
            if topic.is_live:
                topic.cache[cache_key(topic, since)] = (time.monotonic() + CACHE_SECONDS, snapshot)
        return snapshots


def ask_entries(pipeline: Redis, topic: Topic, since: Since | None) -> None:
    key = f"rt:s:{topic.name}"
    if topic.is_state and since is not None:
        pipeline.xrevrange(key, count=1)
    elif since is not None and since.offset is not None:
        pipeline.xrange(key, min=f"({since.offset}-0", count=topic.channel.history + 1)
    else:
        pipeline.exists(key)  # Keeps two answers for each channel.


def make_snapshot(
    topic: Topic,
    epoch: str | None,
    position: list[bytes | None],
    entries: list[tuple[bytes, dict[bytes, bytes]]] | int,
) -> Snapshot:
    start, offset, version = (int(value) if value else None for value in position)
    messages = () if isinstance(entries, int) else read_entries(topic, epoch or "", entries)
    return Snapshot(epoch, start or 0, offset or 0, version, tuple(messages))


def read_entries(
    topic: Topic, epoch: str, entries: list[tuple[bytes, dict[bytes, bytes]]]
) -> Iterator[Message]:
    for id, fields in entries:
        try:
            yield Message(topic.name, topic.channel, int(id.split(b"-")[0]), epoch, fields[b"m"])
        except (ValueError, TypeError, KeyError):
            log.warning("unreadable entry of %s", topic.name)  # Counts as lost: its listeners fetch.


def cache_key(topic: Topic, since: Since | None) -> int | None:
    if since is None:
        return None
    return -1 if topic.is_state else since.offset


def find_cached(topic: Topic, since: Since | None) -> Snapshot | None:
    """Only while the topic is live and has heard nothing newer: a message between the read and this moment
    would be lost.
    """
    until, snapshot = topic.cache.get(cache_key(topic, since), (0.0, None))
    if snapshot is None or not topic.is_live or until < time.monotonic() or is_ahead(since, snapshot):
        return None
    heard_more = topic.is_heard and (topic.epoch != snapshot.epoch or (topic.offset or 0) > snapshot.offset)
    return None if heard_more else snapshot


def is_ahead(since: Since | None, snapshot: Snapshot) -> bool:
    """A page may know more than this process has heard; a snapshot of before then says nothing about it."""
    if since is None:
        return False
    return (since.offset or 0) > snapshot.offset or (since.version or 0) > (snapshot.version or 0)


def drop_stale(topics: Iterable[Topic], now: float) -> None:
    for topic in topics:
        if topic.cache and all(until < now for until, _ in topic.cache.values()):
            topic.cache.clear()


def find_missed(topic: Topic, since: Since | None, snapshot: Snapshot) -> list[Message] | None:
    """The messages that bring a listener from `since` to the snapshot; None when Redis no longer has them
    all.
    """
    if since is None:
        return None
    return find_newer(since.version, snapshot) if topic.is_state else find_following(since, snapshot)


def find_newer(version: int | None, snapshot: Snapshot) -> list[Message] | None:
    if snapshot.version is None or version is None:
        return None
    if snapshot.version <= version:
        return []
    newest = snapshot.entries[-1:]
    return list(newest) if newest and newest[0].version == snapshot.version else None


def find_following(since: Since, snapshot: Snapshot) -> list[Message] | None:
    if (
        since.offset is None
        or since.epoch is None
        or since.epoch != snapshot.epoch
        or since.offset > snapshot.offset
    ):
        return None
    entries = [entry for entry in snapshot.entries if entry.offset <= snapshot.offset]
    return entries if len(entries) == snapshot.offset - snapshot.count_from(since.offset) else None
