"""The geometry of a small chart of the last hour, a point a minute: the template only draws."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, TOP = 300, 64, 4


@dataclass(frozen=True)
class LineChart:
    """`path` begins anew after minutes that nobody knows anything of; `now` is the newest known value."""

    title: str
    unit: str
    path: str
    most: int
    now: int | None
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def says(self) -> str:
        if self.now is None:
            return f"{self.title}: nothing known of the last hour"
        return f"{self.title}: {self.now}{self.unit} now, {self.most}{self.unit} at most within the last hour"


def draw_line(title: str, unit: str, values: Sequence[int | None]) -> LineChart:
    known = [value for value in values if value is not None]
    most = max(known, default=0)
    step, scale = WIDTH / max(1, len(values) - 1), (HEIGHT - TOP) / max(1, most)
    path, is_down = "", False
    for at, value in enumerate(values):
        if value is None:
            is_down = False
            continue
        x, y = round(at * step, 1), round(HEIGHT - value * scale, 1)
        # A point that stands alone is a short stroke, or nobody would see it.
        path += f"{'L' if is_down else 'M'}{x} {y}" + ("" if is_down else "h1")
        is_down = True
    return LineChart(title, unit, path, most, known[-1] if known else None)
