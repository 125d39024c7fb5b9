"""Adding up what counts against a client: in Redis for all processes by one call, and without it for this process alone."""

import json
import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.core import clock
from app.core.redis import Breaker, Redis, RedisDown
from app.security.threats.local_scores import LocalScores
from app.security.threats.scripts import ADD
from app.security.threats.signals import BAR, POINTS_KEPT_S, SIGNALS, Noted

log = logging.getLogger(__name__)

LONGEST_TARGET = 200


@dataclass(frozen=True)
class Deed:
    """What one request did wrong. `target` is what was asked for, such as `/search?q=1`."""

    client: str
    address: str
    signals: Iterable[Noted]
    method: str
    target: str
    status: int


@dataclass(frozen=True)
class Made:
    """What came of it. `is_written` is False when Redis was away, so that no clock finds it there."""

    block: dict[str, Any]
    is_written: bool


class Scores:
    """One instance a process."""

    def __init__(self, redis: Breaker):
        self._redis = redis
        self._local = LocalScores()
        self._add = redis.client.register_script(ADD)

    def add(self, deed: Deed, ceiling: str) -> Made | None:
        """What was made by it: a client that is kept out, slowed or only logged from now on.

        `ceiling` is the most that may be done about it: "blocked" or "logged".
        """
        values = {**describe(deed), "ceiling": ceiling}
        text = json.dumps(values)

        def ask(client: Redis) -> Any:
            return self._add(args=[text], client=client)

        try:
            _, made = self._redis.call(ask)
            is_written = True
        except RedisDown:
            _, made = self._local.add(values)
            is_written = False
        if not made:
            return None
        block = json.loads(made)
        log.warning("%s %s: %s", block["kind"], block["client"], reasons_of(block["evidence"]))
        return Made(block, is_written)

    def free(self, client: str) -> None:
        """Here; Redis is told by Blocks."""
        self._local.free(client)


def describe(deed: Deed) -> dict[str, Any]:
    signals = [
        {
            "name": each.name,
            "detail": each.detail[:LONGEST_TARGET],
            "points": SIGNALS[each.name].points,
            "window_s": SIGNALS[each.name].window_s,
            "free": SIGNALS[each.name].free,
            "every": SIGNALS[each.name].every,
        }
        for each in deed.signals
    ]
    entry = {
        "at": clock.now_ms(),
        "method": deed.method,
        "path": deed.target[:LONGEST_TARGET],
        "status": deed.status,
    }
    return {
        "id": secrets.token_hex(12),
        "client": deed.client,
        "address": deed.address,
        "is_account": deed.client.startswith("user:"),
        "bar": BAR,
        "kept_s": POINTS_KEPT_S,
        "signals": signals,
        "entry": entry,
    }


def reasons_of(evidence: Iterable[dict[str, Any]]) -> dict[str, int]:
    """The points by signal, the most first."""
    found: dict[str, int] = {}
    for entry in evidence:
        for name, points in entry["signals"]:
            found[name] = found.get(name, 0) + int(points)
    return dict(sorted(found.items(), key=lambda item: -item[1]))
