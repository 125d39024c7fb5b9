"""Fourteen days of one figure as a line small enough for a table's cell. A day without a record is a gap, not zero."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.inventory.days import ONE

DAYS = 14
WIDTH, HEIGHT, EDGE = 96, 24, 3


@dataclass(frozen=True)
class Sparkline:
    """`lines` are the points of polylines, `last` is where today is. `label` says it in words; empty without a record."""

    lines: tuple[str, ...]
    last: tuple[float, float]
    label: str


def draw_days(closings: Mapping[date, int], today: date, now: int) -> Sparkline:
    """What was there at the end of each day, and today what is there now."""
    shown = [today - (DAYS - 1 - step) * ONE for step in range(DAYS)]
    values = [closings.get(day) for day in shown[:-1]] + [now]
    most = max(1, *(value for value in values if value is not None))
    runs: list[list[str]] = [[]]
    for step, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(f"{x_of(step):g},{y_of(value, most):g}")
    lines = tuple(" ".join(run) for run in runs if len(run) > 1)
    return Sparkline(lines, (x_of(DAYS - 1), y_of(now, most)), describe([*values[:-1]], now))


def x_of(step: int) -> float:
    return round(EDGE + step * (WIDTH - 2 * EDGE) / (DAYS - 1), 1)


def y_of(value: int, most: int) -> float:
    return round(HEIGHT - EDGE - max(value, 0) / most * (HEIGHT - 2 * EDGE), 1)


def describe(earlier: list[int | None], now: int) -> str:
    known = [value for value in earlier if value is not None]
    if not known:
        return ""
    all_days = [*known, now]
    return (
        f"{len(all_days)} days on hand: {known[0]} first, {now} now, from {min(all_days)} to {max(all_days)}"
    )
