"""The geometry of a chart of bars from zero, each of one part or of two on top of each other; the template only draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.core.axes import choose_step, mark_days

LEFT, RIGHT, TOP, BOTTOM = 44, 8, 12, 28
BAR_SHARE = 0.72
WIDE, NARROW = (1200, 220), (358, 200)


@dataclass(frozen=True)
class Column:
    """Of a day, or of whatever the label says. `parts` from below; None for what nobody knows: the median of nothing."""

    label: date | str
    parts: tuple[int | None, ...]


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    part: int


@dataclass(frozen=True)
class BarChart:
    width: int
    height: int
    left: float
    right: float
    bottom: float
    ticks: tuple[tuple[float, int], ...]
    labels: tuple[tuple[float, date | str], ...]
    bars: tuple[Bar, ...]


def draw_bars(columns: Sequence[Column], size: tuple[int, int]) -> BarChart:
    width, height = size
    most = max(1, *(sum(part or 0 for part in column.parts) for column in columns))
    step = choose_step(most)
    top = step * -(-most // step)
    across, up, bottom = (width - LEFT - RIGHT) / len(columns), (height - TOP - BOTTOM) / top, height - BOTTOM
    bars = []
    for at, column in enumerate(columns):
        below = 0
        for number, part in enumerate(column.parts):
            if part:
                below += part
                x = LEFT + across * (at + (1 - BAR_SHARE) / 2)
                y = bottom - up * below
                bars.append(
                    Bar(round(x, 1), round(y, 1), round(across * BAR_SHARE, 1), round(up * part, 1), number)
                )
    return BarChart(
        width,
        height,
        LEFT,
        width - RIGHT,
        bottom,
        ticks=tuple((round(bottom - up * value, 1), value) for value in range(0, top + 1, step)),
        labels=tuple(
            (round(LEFT + across * (at + 0.5), 1), columns[at].label) for at in mark_days(len(columns), width)
        ),
        bars=tuple(bars),
    )


@dataclass(frozen=True)
class Chart:
    """`columns` are the table behind it; `names` what the parts of a bar are."""

    id: str
    title: str
    names: tuple[str, ...]
    unit: str
    columns: Sequence[Column]
    first_column: str

    @property
    def drawings(self) -> list[BarChart]:
        return [draw_bars(self.columns, size) for size in (WIDE, NARROW)]
