"""The geometry of the chart on a SKU's page: days become coordinates, so that the template only draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from app.core.axes import choose_step, mark_days
from app.inventory.trends import TrendDay

LEFT, RIGHT, TOP, BOTTOM = 40, 84, 12, 28
LABEL_HEIGHT = 18
FEWEST_DAYS_TO_SAY_SO = 4


@dataclass(frozen=True)
class Line:
    """`paths` are the days that are known, in one piece each; the label stands at the end of the last one."""

    name: str
    key: str
    paths: tuple[str, ...]
    x: float
    y: float
    label_y: float
    last: int


@dataclass(frozen=True)
class Gap:
    """Days that nobody knows of. `is_wide` enough for words."""

    x: float
    width: float
    is_wide: bool


@dataclass(frozen=True)
class Chart:
    width: int
    height: int
    bottom: float
    right: float
    ticks: tuple[tuple[float, int], ...]
    days: tuple[tuple[float, date], ...]
    lines: tuple[Line, ...]
    gaps: tuple[Gap, ...]


def draw_chart(trend: Sequence[TrendDay], width: int, height: int) -> Chart | None:
    """None when too little is known for a line."""
    figures = [units for day in trend for units in (day.on_hand, day.available) if units is not None]
    if sum(day.on_hand is not None for day in trend) < 2:
        return None
    step = choose_step(max(*figures, 1))
    top = step * -(-max(*figures, 1) // step)
    plane = Plane(width - LEFT - RIGHT, height - TOP - BOTTOM, len(trend), top)
    on_hand = draw_line("On hand", "on-hand", [day.on_hand for day in trend], plane)
    available = draw_line("Available", "available", [day.available for day in trend], plane)
    return Chart(
        width,
        height,
        bottom=height - BOTTOM,
        right=width - RIGHT,
        ticks=tuple((plane.y(units), units) for units in range(0, top + 1, step)),
        days=tuple((plane.x(at), trend[at].day) for at in mark_days(len(trend), width)),
        lines=keep_apart([line for line in (on_hand, available) if line]),
        gaps=tuple(find_gaps(trend, plane)),
    )


@dataclass(frozen=True)
class Plane:
    width: float
    height: float
    days: int
    top: int

    def x(self, at: float) -> float:
        return round(LEFT + self.width * at / max(self.days - 1, 1), 1)

    def y(self, units: int) -> float:
        """What is sold before it is here lies below zero in the ledger, and on the axis here."""
        return round(TOP + self.height * (1 - max(units, 0) / self.top), 1)


def draw_line(name: str, key: str, figures: Sequence[int | None], plane: Plane) -> Line | None:
    pieces = []
    for known, run in groupby(enumerate(figures), key=lambda each: each[1] is not None):
        if known:
            pieces.append([(plane.x(at), plane.y(units or 0)) for at, units in run])
    last = next((units for units in reversed(figures) if units is not None), None)
    if last is None:
        return None
    x, y = pieces[-1][-1]
    return Line(name, key, tuple(map(draw_path, pieces)), x, y, y, last)


def draw_path(points: list[tuple[float, float]]) -> str:
    """A level line until the figure changes: half a cup is never on the shelf. A lone day is a short dash."""
    (x, y), *rest = points
    return f"M{x} {y}" + ("".join(f"H{right}V{low}" for right, low in rest) or "h0.1")


def keep_apart(lines: list[Line]) -> tuple[Line, ...]:
    """Labels at line ends must not lie on each other."""
    if len(lines) < 2 or abs(lines[0].y - lines[1].y) >= LABEL_HEIGHT:
        return tuple(lines)
    middle = max((lines[0].y + lines[1].y) / 2, TOP + LABEL_HEIGHT / 2)
    above, below = middle - LABEL_HEIGHT / 2, middle + LABEL_HEIGHT / 2
    first, second = lines
    return (move_label(first, above), move_label(second, below))


def move_label(line: Line, y: float) -> Line:
    return Line(line.name, line.key, line.paths, line.x, line.y, y, line.last)


def find_gaps(trend: Sequence[TrendDay], plane: Plane) -> list[Gap]:
    gaps = []
    for unknown, run in groupby(enumerate(trend), key=lambda each: each[1].on_hand is None):
        at = [index for index, _ in run]
        if unknown:
            start, end = plane.x(max(at[0] - 0.5, 0)), plane.x(at[-1] + 0.5)
            gaps.append(Gap(start, round(end - start, 1), len(at) >= FEWEST_DAYS_TO_SAY_SO))
    return gaps
