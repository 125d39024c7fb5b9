"""Figures that are read when somebody asks, such as how much waits in a table: for Prometheus, JSON and the operations page.

Packages register theirs; each is read at most once a second in this process, and one that fails hides no other.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from flask import Flask, current_app
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from app.core.database import db
from app.core.tallies import OURS

KEEP_S = 1.0

Value = float | Mapping[str, float] | None

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Figure:
    """`read` answers a number, or one for each value of `label`, or None for what cannot be known now."""

    name: str
    text: str
    read: Callable[[], Value]
    label: str = ""


@dataclass
class Known:
    at: float = float("-inf")
    values: dict[str, Value] = field(default_factory=dict)
    reading: threading.Lock = field(default_factory=threading.Lock)


def init_app(app: Flask) -> None:
    app.extensions["figures"] = {}
    app.extensions["figures_known"] = Known()


def register(app: Flask, name: str, text: str, read: Callable[[], Value], label: str = "") -> None:
    """`name` as Prometheus wants it, with its unit: `outbox_oldest_seconds`."""
    app.extensions["figures"][name] = Figure(name, text, read, label)


def read_all() -> dict[str, Value]:
    """Whoever asks while they are read waits for the same answer."""
    known: Known = current_app.extensions["figures_known"]
    with known.reading:
        if time.monotonic() - known.at > KEEP_S:
            figures: dict[str, Figure] = current_app.extensions["figures"]
            known.values = {name: read(figure) for name, figure in figures.items()}
            known.at = time.monotonic()
        return known.values


def read(figure: Figure) -> Value:
    try:
        return figure.read()
    except Exception as error:
        db.session.rollback()  # PostgreSQL would refuse every later one
        log.warning("%s cannot be read: %s", figure.name, type(error).__name__)
        return None


class FigureCollector(Collector):
    def collect(self) -> Iterator[Metric]:
        values = read_all()
        for name, figure in current_app.extensions["figures"].items():
            labels = [figure.label] if figure.label else []
            family = GaugeMetricFamily(OURS + name, figure.text, labels=labels)
            value = values[name]
            if isinstance(value, Mapping):
                for label, number in value.items():
                    family.add_metric([label], number)
            elif value is not None:
                family.add_metric([], value)
            yield family
