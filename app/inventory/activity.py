"""How busy the inventory is: changes of stock in the last day, and how fast its API answered."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.core import metrics
from app.core.database import db, read_now
from app.inventory.models import StockMovement

API = "/api/realtime/inventory"
HOURS = 24
HOUR_MS = 3600 * 1000

movement = StockMovement.__table__


@dataclass(frozen=True)
class Changes:
    total: int
    busiest_hour: int

    @property
    def per_hour(self) -> float:
        return self.total / HOURS


@dataclass(frozen=True)
class Timing:
    """Upper bounds in seconds, as fine as the histogram is; None is beyond its last bound."""

    route: str
    method: str
    count: int
    p50: float | None
    p95: float | None


def count_changes() -> Changes:
    """Of the last 24 hours, hour by hour back from now."""
    now = read_now()
    hour = (now - movement.c.created_at) // HOUR_MS
    since = movement.c.created_at > now - HOURS * HOUR_MS
    rows = db.session.execute(sa.select(hour, sa.func.count()).where(since).group_by(hour))
    counts = [count for _, count in rows]
    return Changes(sum(counts), max(counts, default=0))


def read_timings() -> list[Timing]:
    """Of the inventory's API, by what was asked."""
    timings = [
        Timing(
            entry["labels"]["route"],
            entry["labels"]["method"],
            int(entry["count"]),
            entry["p50"],
            entry["p95"],
        )
        for entry in metrics.totals()["timings"].get("request_seconds", [])
        if entry["labels"].get("route", "").startswith(API) and entry["count"]
    ]
    return sorted(timings, key=lambda each: (each.route, each.method))
