"""What Redis holds of a channel, and what of it somebody missed: the same rules on a socket and over HTTP.

The layout of the keys is shared with `realtime.publish`. Knows neither sockets nor SQL, since both processes import it.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from app.realtime.channels import Channel
from app.realtime.keys import EPOCH_KEY
from app.realtime.live.inbound import Since
from app.realtime.live.message import Message

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A channel in Redis at one moment.

    Its first message has the offset after `start`. `entries` are what its stream holds after the offset that was asked for.
    """

    epoch: str | None
    start: int
    offset: int
    version: int | None
    entries: tuple[Message, ...]

    def count_from(self, offset: int) -> int:
        """Where the messages after `offset` count from: who came before the first message knows the offset 0."""
        return offset or self.start


def fetch(client: Any, wanted: Iterable[tuple[str, Channel, Since | None]]) -> dict[str, Snapshot]:
    """A snapshot by channel name, with the entries after `since`, in one round trip. Raises RedisError."""
    wanted = list(wanted)
    # One transaction, so that the position and the stream of a channel belong together.
    pipeline = client.pipeline(transaction=True)
    pipeline.get(EPOCH_KEY)
    for name, channel, since in wanted:
        ask(pipeline, name, channel, since)
    epoch, *answers = pipeline.execute()
    return {
        name: make_snapshot(name, channel, epoch.decode() if epoch else None, position, entries)
        for (name, channel, _), position, entries in zip(wanted, answers[::2], answers[1::2], strict=True)
    }


def ask(pipeline: Any, name: str, channel: Channel, since: Since | None) -> None:
    """Two commands, whose answers `make_snapshot` takes."""
    pipeline.hmget(f"rt:c:{name}", "start", "offset", "version")
    key = f"rt:s:{name}"
    if channel.mode == "state" and since is not None:
        pipeline.xrevrange(key, count=1)
    elif since is not None and since.offset is not None:
        pipeline.xrange(key, min=f"({since.offset}-0", count=channel.history + 1)
    else:
        pipeline.exists(key)  # Keeps two answers for each channel.


def make_snapshot(
    name: str,
    channel: Channel,
    epoch: str | None,
    position: list[bytes | None],
    entries: list[tuple[bytes, dict[bytes, bytes]]] | int,
) -> Snapshot:
    start, offset, version = (int(value) if value else None for value in position)
    messages = () if isinstance(entries, int) else read_entries(name, channel, epoch or "", entries)
    return Snapshot(epoch, start or 0, offset or 0, version, tuple(messages))


def read_entries(
    name: str, channel: Channel, epoch: str, entries: list[tuple[bytes, dict[bytes, bytes]]]
) -> Iterator[Message]:
    for id, fields in entries:
        try:
            yield Message(name, channel, int(id.split(b"-")[0]), epoch, fields[b"m"])
        except (ValueError, TypeError, KeyError):
            log.warning("unreadable entry of %s", name)  # Counts as lost: its listeners fetch.


def cache_key(channel: Channel, since: Since | None) -> int | None:
    """Who asks the same of a channel may be given the same snapshot."""
    if since is None:
        return None
    return -1 if channel.mode == "state" else since.offset


def is_ahead(since: Since | None, snapshot: Snapshot) -> bool:
    """A page may know more than an older snapshot, which then says nothing about it."""
    if since is None:
        return False
    return (since.offset or 0) > snapshot.offset or (since.version or 0) > (snapshot.version or 0)


def find_missed(channel: Channel, since: Since | None, snapshot: Snapshot) -> list[Message] | None:
    """The messages that bring a listener from `since` to the snapshot; None when Redis no longer has them
    all.
    """
    if since is None:
        return None
    if channel.mode == "state":
        # A version of another epoch may count for more or less; the newest of this one is news.
        is_known = since.version is None or since.epoch in (None, snapshot.epoch)
        return find_newer(since.version if is_known else 0, snapshot)
    return find_following(since, snapshot)


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


def describe(channel: Channel, snapshot: Snapshot | None, missed: list[Message] | None) -> dict[str, Any]:
    """The channel's part of the answer `subscribed`."""
    answer: dict[str, Any] = {"mode": channel.mode, "offset": snapshot.offset if snapshot else None}
    if channel.mode == "state":
        answer["version"] = snapshot.version if snapshot else None
    return {**answer, "recovered": missed is not None, "missed": len(missed or ())}
