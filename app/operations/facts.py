"""All that can be known of the running shop now, gathered once for whoever looks at it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from flask import current_app

from app.core import clock
from app.core.redis import RedisDown
from app.monitoring import figures, health, processes, traffic
from app.monitoring.processes import Reporter
from app.monitoring.traffic import Minute
from app.operations import queues
from app.operations.queues import QueueState, WorkerState
from app.realtime import status


@dataclass
class Facts:
    """Times are epoch ms. What lies in Redis is None while it is away: not known is not the same as none.

    `seen_from` names the process that looked, which while Redis is away is all that can be seen.
    """

    at: int
    seen_from: str
    checks: dict[str, dict[str, Any]]
    figures: Mapping[str, Any] = field(default_factory=dict)
    web: list[dict[str, Any]] | None = None
    clocks: list[dict[str, Any]] | None = None
    live: list[dict[str, Any]] | None = None
    workers: list[WorkerState] | None = None
    queues: list[QueueState] | None = None
    hour: list[Minute] | None = None

    def is_well(self, check: str) -> bool:
        return bool(self.checks.get(check, {}).get("ok", True))

    def since(self, check: str) -> int | None:
        return self.checks.get(check, {}).get("since")

    def figure(self, name: str) -> float:
        """0 for what is not known: what rises to an alarm must be known."""
        value = self.figures.get(name)
        return float(value) if isinstance(value, int | float) else 0.0

    @property
    def tasks(self) -> list[dict[str, Any]]:
        active = next((each for each in self.clocks or [] if each["is_active"]), None)
        return active["tasks"] if active else []

    def last_minutes(self, count: int) -> list[Minute]:
        return (self.hour or [])[-count:]


def gather() -> Facts:
    known = health.read()["checks"]
    reporter: Reporter | None = current_app.extensions.get("reporter")
    facts = Facts(clock.now_ms(), reporter.kind if reporter else "this process", known)
    if known.get("database", {}).get("ok"):
        facts.figures = figures.read_all()
    with suppress(RedisDown):
        gather_from_redis(facts)
    return facts


def gather_from_redis(facts: Facts) -> None:
    redis = current_app.extensions["redis"]
    reports = redis.call(processes.read_reports)
    facts.web = [each for each in reports if each["kind"] == "web"]
    facts.clocks = [each for each in reports if each["kind"] == "clock"]
    facts.hour = redis.call(traffic.read_hour)
    facts.live = status.read_processes()
    facts.workers = queues.read_workers()
    facts.queues = queues.read_queues()
