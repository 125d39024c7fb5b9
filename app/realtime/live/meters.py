"""What this process has done since it started, and how long it took."""

import json
from bisect import bisect_left
from collections import Counter, deque
from itertools import accumulate

BOUNDS_MS = (0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000)
NEWEST = 1024
PERCENTS = (50, 95, 99)


class Timing:
    """A histogram of milliseconds since the start, and percentiles of the newest samples."""

    __slots__ = ("_counts", "_sum", "_newest")

    def __init__(self) -> None:
        self._counts = [0] * (len(BOUNDS_MS) + 1)
        self._sum = 0.0
        self._newest: deque[tuple[float, int]] = deque(maxlen=NEWEST)

    def observe(self, ms: float, times: int = 1) -> None:
        ms = max(0.0, ms)  # Two machines' clocks may differ by more than a message takes.
        self._counts[bisect_left(BOUNDS_MS, ms)] += times
        self._sum += ms * times
        self._newest.append((ms, times))

    def percentiles(self) -> dict[str, float | str]:
        """p50, p95 and p99; empty texts when there is nothing to tell."""
        samples = sorted(self._newest)
        reached = list(accumulate(times for _, times in samples))
        if not reached:
            return {f"p{percent}": "" for percent in PERCENTS}
        return {
            f"p{percent}": round(samples[bisect_left(reached, reached[-1] * percent / 100)][0], 2)
            for percent in PERCENTS
        }

    def to_json(self) -> str:
        """`{"buckets": {upper bound in ms: how many up to it}, "sum": ms}`, so that processes can be added up."""
        names = [*(f"{bound:g}" for bound in BOUNDS_MS), "+Inf"]
        buckets = dict(zip(names, accumulate(self._counts), strict=True))
        return json.dumps({"buckets": buckets, "sum": round(self._sum, 3)})


class Meters:
    """`delivery` is from the change to the write, `round_trip` from a ping to its pong."""

    def __init__(self) -> None:
        self.messages_in = 0
        self.bytes_in = 0
        self.messages_out = 0
        self.bytes_out = 0
        self.typing_in = 0
        self.typing_out = 0
        self.evicted = 0
        self.recovered: Counter[bool] = Counter()
        self.gaps = 0
        self.gap_messages = 0
        self.redis_reconnects = 0
        self.closes: Counter[str] = Counter()
        self.delivery = Timing()
        self.round_trip = Timing()
