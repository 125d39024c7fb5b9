"""How the shop is asked, minute by minute for the last hour: each web process adds its part in Redis every few seconds.

What a process has not told yet when it is killed is missing from the chart and from nowhere else.
"""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from typing import Any

from flask import Flask

from app.core import clock
from app.core.metric_names import BUCKETS_S

MINUTES = 60
KEPT_S = 2 * MINUTES * 60
PREFIX = "ops:minute:"


class Traffic:
    """What this process answered and has not told yet. Buckets are those of request timings, the last without a bound."""

    def __init__(self) -> None:
        self.requests = 0
        self.errors = 0
        # By minute: while Redis is away they wait, and must not all count for the minute of its return.
        self._untold: dict[int, Counter[str]] = {}

    def note(self, seconds: float, status: int) -> None:
        self.requests += 1
        minute = self._of(this_minute())
        minute["requests"] += 1
        minute[f"le:{bisect_left(BUCKETS_S, seconds)}"] += 1
        if status >= 500:
            self.errors += 1
            minute["errors"] += 1

    def _of(self, minute: int) -> Counter[str]:
        if minute not in self._untold:
            self._untold = {old: told for old, told in self._untold.items() if old > minute - MINUTES}
            self._untold[minute] = Counter()
        return self._untold[minute]

    def tell(self, client: Any) -> None:
        untold, self._untold = self._untold, {}
        pipeline = client.pipeline(transaction=False)
        for minute, figures in untold.items():
            for field, amount in figures.items():
                pipeline.hincrby(f"{PREFIX}{minute}", field, amount)
            pipeline.expire(f"{PREFIX}{minute}", KEPT_S)
        pipeline.execute()


def init_app(app: Flask) -> None:
    app.extensions["traffic"] = Traffic()


def note_in_minute(client: Any, field: str, value: int) -> None:
    name = f"{PREFIX}{this_minute()}"
    pipeline = client.pipeline(transaction=False)
    pipeline.hset(name, field, value)
    pipeline.expire(name, KEPT_S)
    pipeline.execute()


def this_minute() -> int:
    return clock.now_ms() // 60_000


@dataclass(frozen=True)
class Minute:
    """`started` is epoch ms. `p95_ms` and `sockets` are None when nobody asked or told."""

    started: int
    requests: int
    errors: int
    p95_ms: int | None
    sockets: int | None


def read_hour(client: Any) -> list[Minute]:
    """The last 60 minutes, the running one last."""
    newest = this_minute()
    minutes = range(newest - MINUTES + 1, newest + 1)
    pipeline = client.pipeline(transaction=False)
    for minute in minutes:
        pipeline.hgetall(f"{PREFIX}{minute}")
    return [
        make_minute(minute * 60_000, {name.decode(): int(value) for name, value in found.items()})
        for minute, found in zip(minutes, pipeline.execute(), strict=True)
    ]


def make_minute(started: int, found: dict[str, int]) -> Minute:
    counts = [found.get(f"le:{bucket}", 0) for bucket in range(len(BUCKETS_S) + 1)]
    return Minute(
        started, found.get("requests", 0), found.get("errors", 0), find_p95(counts), found.get("sockets")
    )


def find_p95(counts: list[int]) -> int | None:
    """In ms, as if the answers of a bucket were spread evenly; past the last bound it is that bound."""
    wanted, seen, below = sum(counts) * 0.95, 0, 0.0
    for bound, count in zip(BUCKETS_S, counts, strict=False):
        if count and seen + count >= wanted:
            return max(1, round((below + (bound - below) * (wanted - seen) / count) * 1000))
        seen, below = seen + count, bound
    return round(below * 1000) if sum(counts) else None
