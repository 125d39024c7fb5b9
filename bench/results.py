"""What a rig found: figures of each run, the limits they are held to, as a table and as JSON."""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.percentiles import median

RESULTS = Path(__file__).resolve().parent / "results"


@dataclass(frozen=True)
class Limit:
    """`value` is the most, or the least that a figure may be; of the median, or of every run."""

    value: float
    least: bool = False
    every_run: bool = False

    def is_met(self, values: list[float]) -> bool:
        held = values if self.every_run else [median(values)]
        return all(value >= self.value if self.least else value <= self.value for value in held)

    def __str__(self) -> str:
        return f"{'>=' if self.least else '<='} {self.value:g}"


NONE = Limit(0, every_run=True)


@dataclass(frozen=True)
class Run:
    """`samples` are the raw data, written to the JSON file only."""

    figures: dict[str, float]
    samples: dict[str, list[Any]] = field(default_factory=dict)


@dataclass
class Measure:
    """One load, run several times."""

    name: str
    limits: dict[str, Limit]
    runs: list[Run] = field(default_factory=list)

    @property
    def figures(self) -> list[str]:
        return list(self.runs[0].figures) if self.runs else []

    def values(self, figure: str) -> list[float]:
        return [run.figures[figure] for run in self.runs]

    def misses(self) -> list[str]:
        """The figures that are over their limits. A figure that could not be taken is over."""
        return [figure for figure, limit in self.limits.items() if not limit.is_met(self.values(figure))]


def table(measures: Iterable[Measure], note: str = "") -> str:
    lines = []
    for measure in measures:
        heads = [f"run {number}" for number in range(1, len(measure.runs) + 1)]
        lines += ["", row(measure.name, [*heads, "median", "limit"], f"({note})" if note else "")]
        misses = measure.misses()
        for figure in measure.figures:
            values = measure.values(figure)
            limit = measure.limits.get(figure)
            cells = [*map(show, values), show(median(values)), str(limit) if limit else ""]
            lines.append(row(f"  {figure}", cells, verdict(figure in misses) if limit else ""))
    return "\n".join(lines)


def row(title: str, cells: list[str], end: str) -> str:
    return f"{title:<34}{''.join(f'{cell:>11}' for cell in cells)}  {end}".rstrip()


def verdict(is_missed: bool) -> str:
    return "MISSED" if is_missed else "met"


def show(value: float) -> str:
    if math.isnan(value):
        return "none"
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:.2f}"


def write(name: str, measures: list[Measure], surroundings: dict[str, Any]) -> Path:
    """One file a rig and moment, with every sample."""
    RESULTS.mkdir(exist_ok=True)
    stamp = surroundings["date"].replace(":", "").replace("-", "")[:15]
    path = RESULTS / f"{stamp}-{name}.json"
    document = {"bench": name, **surroundings, "measures": [describe(measure) for measure in measures]}
    path.write_text(json.dumps(document, indent=1) + "\n")
    return path


def describe(measure: Measure) -> dict[str, Any]:
    return {
        "name": measure.name,
        "limits": {figure: str(limit) for figure, limit in measure.limits.items()},
        "missed": measure.misses(),
        "median": {figure: known(median(measure.values(figure))) for figure in measure.figures},
        "runs": [
            {"figures": {name: known(value) for name, value in run.figures.items()}, "samples": run.samples}
            for run in measure.runs
        ],
    }


def known(value: float) -> float | None:
    """JSON has no word for a figure that could not be taken."""
    return None if math.isnan(value) else value
