"""How far a page's event channels were before it read the database: whatever came later is replayed to it.

State needs none of this: a badge carries its own version.
"""

from typing import Any

from flask import current_app, g

from app.core.redis import RedisDown
from app.realtime.keys import EPOCH_KEY
from app.realtime.publish import text


def note_positions(*channels: str) -> None:
    """Call it before SQL is read for what follows these channels. The first reading in a request counts."""
    noted: dict[str, str] = g.setdefault("positions", {})
    if missing := [channel for channel in channels if channel not in noted]:
        noted |= read_positions(missing)


def position_of(channel: str) -> str:
    """As pages embed it, `41@k3f`. Empty when Redis cannot tell: the page then asks as soon as its socket is open."""
    note_positions(channel)
    return str(g.positions[channel])


def read_positions(channels: list[str]) -> dict[str, str]:
    def read(client: Any) -> list[Any]:
        pipeline = client.pipeline(transaction=True)
        pipeline.get(EPOCH_KEY)
        for channel in channels:
            pipeline.hget(f"rt:c:{channel}", "offset")
        return list(pipeline.execute())

    try:
        epoch, *offsets = current_app.extensions["redis"].call(read)
    except RedisDown:
        epoch, offsets = None, [None] * len(channels)
    return {
        channel: f"{int(offset or 0)}@{text(epoch)}" if epoch else ""
        for channel, offset in zip(channels, offsets, strict=True)
    }
