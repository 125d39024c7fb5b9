"""Summaries of samples."""

import math
from collections.abc import Sequence

SHOWN = (50, 95, 99)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least `percent` of all values do not exceed; nan of nothing."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def summarise(values: Sequence[float], unit: str = "ms") -> dict[str, float]:
    """`p50 ms`, `p95 ms`, `p99 ms` and `max ms`."""
    figures = {f"p{percent} {unit}": percentile(values, percent) for percent in SHOWN}
    return {**figures, f"max {unit}": max(values, default=math.nan)}


def median(values: Sequence[float]) -> float:
    return percentile(values, 50)
