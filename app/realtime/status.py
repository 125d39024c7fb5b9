"""The socket processes, as each one reports itself to Redis every second."""

import json
from collections import Counter
from typing import Any

from flask import current_app

from app.core.redis import RedisDown
from app.realtime.keys import PROCESSES_KEY, REPORT_PREFIX
from app.realtime.presence import count_connected
from app.realtime.publish import text
from app.security import headers

TOTALS = (
    "connections", "users", "messagesIn", "bytesIn", "messagesOut", "bytesOut", "rateIn", "rateOut", "evicted",
    "typingIn", "typingOut", "recovered", "unrecovered", "gaps", "gapMessages", "redisReconnects", "queuedBytes",
    "queuedFrames",
)  # fmt: skip
PERCENTILES = ("p50", "p95", "p99")
TIMINGS = ("delivery", "roundTrip")


def socket_status() -> dict[str, Any]:
    try:
        processes = read_processes()
    except RedisDown:
        processes = []
    totals = summarise(processes)
    if (connected := count_connected()) is not None:
        totals["users"] = connected  # The sum counts whoever has sockets in two processes twice.
    channels = max((process.get("channels") or 0 for process in processes), default=0)
    return {
        "status": "up" if processes else "down",
        "url": headers.socket_url(),
        "channels": channels,
        **totals,
        "processes": processes,
    }


def read_processes() -> list[dict[str, Any]]:
    """One entry a living socket process. Raises RedisDown."""

    def read(client: Any) -> list[dict[bytes, bytes]]:
        ids = client.zrange(PROCESSES_KEY, 0, -1)
        pipeline = client.pipeline(transaction=False)
        for process_id in ids:
            pipeline.hgetall(REPORT_PREFIX.encode() + process_id)
        reports = zip(ids, pipeline.execute(), strict=True)
        return [{b"id": process_id, **fields} for process_id, fields in reports if fields]

    return [
        {camel(text(name)): parse(text(value)) for name, value in fields.items()}
        for fields in current_app.extensions["redis"].call(read)
    ]


def camel(name: str) -> str:
    """The API's JSON is spelt messagesIn, the processes' hash messages_in."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def parse(value: str) -> Any:
    """Figures are numbers, an empty figure is None, what has parts is JSON, and names stay text."""
    if value == "":
        return None
    for kind in (int, float, json.loads):
        try:
            return kind(value)
        except ValueError:
            continue
    return value


def summarise(processes: list[dict[str, Any]]) -> dict[str, Any]:
    """Sums over all processes. The percentiles are the worst process's: those of several cannot be merged."""
    totals: dict[str, Any] = {name: sum(process.get(name) or 0 for process in processes) for name in TOTALS}
    for name in PERCENTILES:
        known = [process[name] for process in processes if process.get(name) is not None]
        totals[name] = max(known) if known else None
    totals["longestQueue"] = max((process.get("longestQueue") or 0 for process in processes), default=0)
    totals["closes"] = add_up([process.get("closes") or {} for process in processes])
    for name in TIMINGS:
        known = [process[name] for process in processes if process.get(name)]
        totals[name] = {
            "buckets": add_up([timing["buckets"] for timing in known]),
            "sum": round(sum(timing["sum"] for timing in known), 3),
        }
    return totals


def add_up(parts: list[dict[str, int]]) -> dict[str, int]:
    # Not Counter's own +, which drops what is 0.
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part)
    return dict(total)


def check_live() -> str | None:
    """For the health page: None when a socket process reported within the last seconds."""
    return None if read_processes() else "no socket process has reported"
