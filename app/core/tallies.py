"""The figures of processes that share no folder with web, added up in Redis: a worker forks for each job, and a file for
each fork would never end. A job adds what it counted in one round trip, when it ends.

Counters and histograms only; when Redis loses them they begin at 0, as after a restart, which Prometheus expects.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from prometheus_client.registry import REGISTRY

from app.core.redis import Breaker, RedisDown, RedisError

KEY = "metrics:tally"
KEPT_S = 7 * 24 * 3600
KINDS = ("counter", "histogram")
OURS = "liveshelf_"

_told: dict[str, float] = {}


@dataclass(frozen=True)
class Tally:
    """One sample as prometheus-client names it; `kind` is one of KINDS."""

    kind: str
    family: str
    sample: str
    labels: dict[str, str]
    value: float


def tell(client: Any) -> None:
    """Add what this process counted since it told last. What Redis does not take waits for the next time."""
    now = dict(count_all())
    grown = {name: value - _told.get(name, 0.0) for name, value in now.items() if value != _told.get(name)}
    if not grown:
        return
    pipeline = client.pipeline(transaction=True)
    for name, amount in grown.items():
        pipeline.hincrbyfloat(KEY, name, amount)
    pipeline.expire(KEY, KEPT_S)
    with suppress(RedisError, RedisDown):
        pipeline.execute()
        _told.update(now)


def leave_to_parent() -> None:
    """In a fork: what its parent counted before is the parent's to tell, or each fork would tell it once more."""
    _told.update(count_all())


def count_all() -> Iterator[tuple[str, float]]:
    for family in REGISTRY.collect():
        if family.type in KINDS and family.name.startswith(OURS):
            for sample in family.samples:
                if not sample.name.endswith("_created"):
                    labels = sorted(sample.labels.items())
                    yield json.dumps([family.type, family.name, sample.name, labels]), sample.value


def read(redis: Breaker) -> list[Tally]:
    """Of all such processes together. Nothing while Redis is down."""
    try:
        entries: dict[Any, Any] = redis.call(lambda client: client.hgetall(KEY))
    except RedisDown:
        return []
    return [parse(name, value) for name, value in entries.items()]


def parse(name: bytes, value: bytes) -> Tally:
    kind, family, sample, labels = json.loads(name)
    return Tally(kind, family, sample, dict(labels), float(value))
