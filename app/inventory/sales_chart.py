"""The geometry of the chart of units sold: one bar for each day, from zero. A day that nobody knows of is no zero."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from app.core.axes import choose_step, mark_days
from app.inventory.trend_chart import FEWEST_DAYS_TO_SAY_SO, Gap

LEFT, RIGHT, TOP, BOTTOM = 44, 8, 12, 28
BAR_SHARE = 0.72


@dataclass(frozen=True)
class Bar:
    """`is_running`: the day is not over, so its bar may still grow."""

    x: float
    y: float
    width: float
    height: float
    is_running: bool


@dataclass(frozen=True)
class SalesChart:
    width: int
    height: int
    left: float
    right: float
    bottom: float
    ticks: tuple[tuple[float, int], ...]
    days: tuple[tuple[float, date], ...]
    bars: tuple[Bar, ...]
    gaps: tuple[Gap, ...]


def draw_sales(sold: Sequence[tuple[date, int | None]], running: date, width: int, height: int) -> SalesChart:
    most = max(*(units or 0 for _, units in sold), 1)
    step = choose_step(most)
    top = step * -(-most // step)
    across, up = (width - LEFT - RIGHT) / len(sold), (height - TOP - BOTTOM) / top
    bottom = height - BOTTOM
    bars = (
        Bar(
            x=round(LEFT + across * (at + (1 - BAR_SHARE) / 2), 1),
            y=round(bottom - up * units, 1),
            width=round(across * BAR_SHARE, 1),
            height=round(up * units, 1),
            is_running=day == running,
        )
        for at, (day, units) in enumerate(sold)
        if units
    )
    return SalesChart(
        width,
        height,
        LEFT,
        width - RIGHT,
        bottom,
        ticks=tuple((round(bottom - up * units, 1), units) for units in range(0, top + 1, step)),
        days=tuple((round(LEFT + across * (at + 0.5), 1), sold[at][0]) for at in mark_days(len(sold), width)),
        bars=tuple(bars),
        gaps=tuple(find_gaps([units for _, units in sold], across)),
    )


def find_gaps(sold: Sequence[int | None], across: float) -> list[Gap]:
    gaps = []
    for unknown, run in groupby(enumerate(sold), key=lambda each: each[1] is None):
        at = [index for index, _ in run]
        if unknown:
            x, width = round(LEFT + across * at[0], 1), round(across * len(at), 1)
            gaps.append(Gap(x, width, len(at) >= FEWEST_DAYS_TO_SAY_SO))
    return gaps
