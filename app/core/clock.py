"""The time for display and sessions. Expiry and leases ask the database instead (`database.now_ms`)."""

import time
from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def from_ms(moment: int) -> datetime:
    return datetime.fromtimestamp(moment / 1000, UTC)


def perf() -> float:
    """Seconds for measuring durations; no relation to the time of day."""
    return time.perf_counter()
