"""Publishing: one script in Redis gives the message its offset, keeps it for those who missed it, and sends it out.

The layout of the keys is shared with `live.recovery`. Pub/sub is a hint: who was away reads the stream or asks over HTTP.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import current_app

from app.core import metrics, request_id
from app.realtime.channels import find_channel
from app.realtime.keys import EPOCH_KEY

CHANNEL_TTL_S = 7 * 24 * 3600
STATE_STREAM_TTL_S = 24 * 3600
EVENT_STREAM_TTL_S = 3600
BATCH = 500

# KEYS: epoch, channel hash, stream.
# ARGV: new epoch, version or "", stream length, stream TTL, channel TTL, pub/sub name, body.
# Answers {offset, epoch, processes reached}; offset 0 when the version is not newer than what was published before.
# A channel that Redis does not know, or no longer knows, counts from the time in ms, so that no offset comes twice.
# A replica that took over may lack the newest messages, whose offsets were heard: in channels that it knows it counts on
# from beyond them, and who hears the next message or recovers takes that for a loss, and fetches.
SCRIPT = """
local epoch = redis.call('GET', KEYS[1])
if not epoch then
  epoch = ARGV[1]
  redis.call('SET', KEYS[1], epoch)
end
if ARGV[2] ~= '' then
  local known = redis.call('HGET', KEYS[2], 'version')
  if known and tonumber(ARGV[2]) <= tonumber(known) then
    return {0, epoch, 0}
  end
  redis.call('HSET', KEYS[2], 'version', ARGV[2])
end
local lost = string.match(redis.call('INFO', 'replication'), 'master_replid2:(%x+)') or ''
if not string.find(lost, '[^0]') then
  lost = ''
end
if redis.call('HEXISTS', KEYS[2], 'offset') == 0 then
  local now = redis.call('TIME')
  local start = now[1] * 1000 + math.floor(now[2] / 1000)
  redis.call('HSET', KEYS[2], 'start', start, 'offset', start, 'after', lost)
  redis.call('DEL', KEYS[3])
elseif (redis.call('HGET', KEYS[2], 'after') or '') ~= lost then
  redis.call('HSET', KEYS[2], 'after', lost)
  redis.call('HINCRBY', KEYS[2], 'offset', 100000)
end
local offset = redis.call('HINCRBY', KEYS[2], 'offset', 1)
redis.call('EXPIRE', KEYS[2], ARGV[5])
redis.call('XADD', KEYS[3], 'MAXLEN', ARGV[3], offset .. '-0', 'm', ARGV[7])
redis.call('EXPIRE', KEYS[3], ARGV[4])
return {offset, epoch, redis.call('PUBLISH', ARGV[6], offset .. ':' .. epoch .. ':' .. ARGV[7])}
"""


@dataclass(frozen=True)
class Message:
    """One message to everybody who listens to `channel`.

    `data` is for programs, `content` maps a language to the HTML for our pages. State channels need `version`: an older
    one is dropped. `reply` names a Redis list that every socket process answers with the sockets it wrote to.
    """

    channel: str
    event: str
    ts: int
    data: dict[str, Any]
    content: dict[str, str] | None = None
    version: int | None = None
    reply: str | None = None
    # Of the request that it comes from, for the logs of the socket processes; clients are not told.
    request_id: str = field(default_factory=request_id.current)

    def body(self) -> str:
        parts = {"event": self.event, "ts": self.ts, "data": self.data, "content": self.content}
        optional = {"version": self.version, "reply": self.reply, "request_id": self.request_id or None}
        return json.dumps(
            parts | {name: value for name, value in optional.items() if value is not None},
            separators=(",", ":"),
        )


@dataclass(frozen=True)
class Published:
    """`offset` is 0 when the message was older than what is known. `processes` is how many socket processes got it."""

    offset: int
    epoch: str
    processes: int


def publish(message: Message) -> Published:
    """Send a message. Raises RedisDown, and ValueError for a name that is no channel."""
    return publish_all([message])[0]


def publish_all(messages: Sequence[Message]) -> list[Published]:
    """Send messages in one round trip, in their order. Raises as `publish`."""
    calls = [arguments(message) for message in messages]

    def send(client: Any) -> list[Any]:
        pipeline = client.pipeline(transaction=False)
        for call in calls:
            pipeline.eval(SCRIPT, 3, *call)
        return list(pipeline.execute())

    with metrics.timed("publish"):
        answers = current_app.extensions["redis"].call(send)
    return [Published(int(offset), text(epoch), int(processes)) for offset, epoch, processes in answers]


def arguments(message: Message) -> list[Any]:
    """The script's keys and arguments."""
    channel = find_channel(message.channel)
    if (
        channel is None
        or channel.mode == "presence"
        or (channel.mode == "state") != (message.version is not None)
    ):
        raise ValueError(f"{message.channel} cannot take this message")
    keys = [EPOCH_KEY, f"rt:c:{message.channel}", f"rt:s:{message.channel}"]
    version = "" if message.version is None else message.version
    ttl = STATE_STREAM_TTL_S if channel.mode == "state" else EVENT_STREAM_TTL_S
    name = f"rt:p:{message.channel}"
    return [*keys, secrets.token_hex(4), version, channel.history, ttl, CHANNEL_TTL_S, name, message.body()]


def forget(channels: list[str]) -> None:
    """Drop what was published and begin a new epoch, so that clients take an older version for the truth."""
    keys = [f"rt:{kind}:{name}" for name in channels for kind in ("c", "s")]

    def drop(client: Any) -> None:
        pipeline = client.pipeline()
        pipeline.set(EPOCH_KEY, secrets.token_hex(4))
        pipeline.delete(*keys)
        pipeline.execute()

    current_app.extensions["redis"].call(drop)


def published_versions(channels: list[str]) -> dict[str, int]:
    """The newest version that was published of each state channel; channels that Redis does not know are left out."""
    found: dict[str, int] = {}
    for start in range(0, len(channels), BATCH):
        names = channels[start : start + BATCH]
        for name, version in zip(names, read_versions(names), strict=True):
            if version is not None:
                found[name] = int(version)
    return found


def read_versions(names: list[str]) -> list[Any]:
    def read(client: Any) -> list[Any]:
        pipeline = client.pipeline(transaction=False)
        for name in names:
            pipeline.hget(f"rt:c:{name}", "version")
        return list(pipeline.execute())

    versions: list[Any] = current_app.extensions["redis"].call(read)
    return versions


def text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
