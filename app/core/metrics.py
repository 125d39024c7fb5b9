"""Counters, timings and gauges, and their sums over all processes.

Web's processes (and the clock beside them) share prometheus-client's folder; what others counted comes from `tallies`.
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import current_app
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import REGISTRY, Collector

from app.core import tallies
from app.core.metric_names import buckets_of, describe
from app.core.tallies import OURS

_making = threading.Lock()  # the registry takes a name once
_counters: dict[str, Counter] = {}
_gauges: dict[str, Gauge] = {}
_timings: dict[str, Histogram] = {}


def count(name: str, amount: float = 1, **labels: str) -> None:
    with _making:
        if name not in _counters:
            _counters[name] = Counter(OURS + name, describe(name), sorted(labels))
    counter = _counters[name]
    (counter.labels(**labels) if labels else counter).inc(amount)


def set_gauge(name: str, value: float, **labels: str) -> None:
    """What is so now; of several processes the one that looked last is right."""
    gauge = gauge_of(name, "mostrecent", *labels)
    (gauge.labels(**labels) if labels else gauge).set(value)


def gauge_of(name: str, mode: Any, *labels: str) -> Gauge:
    """`mode` is how the values of several processes become one, as prometheus-client names it."""
    with _making:
        if name not in _gauges:
            _gauges[name] = Gauge(OURS + name, describe(name), sorted(labels), multiprocess_mode=mode)
    return _gauges[name]


def observe(name: str, seconds: float, **labels: str) -> None:
    with _making:
        if name not in _timings:
            _timings[name] = Histogram(
                f"{OURS}{name}_seconds", describe(name), sorted(labels), buckets=buckets_of(name)
            )
    timing = _timings[name]
    (timing.labels(**labels) if labels else timing).observe(seconds)


@contextmanager
def timed(name: str, **labels: str) -> Iterator[None]:
    start = time.perf_counter()
    try:
        yield
    finally:
        observe(name, time.perf_counter() - start, **labels)


def are_shared() -> bool:
    """False when this process counts for itself alone."""
    return "PROMETHEUS_MULTIPROC_DIR" in os.environ


def registry() -> CollectorRegistry:
    if not are_shared():
        return REGISTRY
    shared = CollectorRegistry()
    multiprocess.MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return shared


class Sums(Collector):
    """All figures of this module, each family once, whichever processes counted."""

    def collect(self) -> Iterator[Metric]:
        families = {family.name: family for family in registry().collect()}
        told: dict[str, list[tallies.Tally]] = {}
        for tally in tallies.read(current_app.extensions["redis"]):
            told.setdefault(tally.family, []).append(tally)
        for name, found in told.items():
            about = describe(name.removeprefix(OURS).removesuffix("_seconds"))
            add(families.setdefault(name, Metric(name, about, found[0].kind)), found)
        yield from families.values()


def add(family: Metric, told: list[tallies.Tally]) -> None:
    places = {identify(sample.name, sample.labels): at for at, sample in enumerate(family.samples)}
    for tally in told:
        at = places.get(identify(tally.sample, tally.labels))
        if at is None:
            family.add_sample(tally.sample, tally.labels, tally.value)
        else:
            sample = family.samples[at]
            family.samples[at] = sample._replace(value=sample.value + tally.value)
    family.samples.sort(key=place_of)


def identify(name: str, labels: dict[str, str]) -> tuple[str, frozenset[tuple[str, str]]]:
    return name, frozenset(labels.items())


def place_of(sample: Any) -> tuple[Any, ...]:
    """A histogram's buckets belong together and in order."""
    labels = sorted((name, value) for name, value in sample.labels.items() if name != "le")
    return labels, not sample.name.endswith("_bucket"), float(sample.labels.get("le", "inf")), sample.name


def prometheus_text(*others: Collector) -> bytes:
    """All of this module's figures, and what `others` tell."""
    text = b""
    for collector in (Sums(), *others):
        own = CollectorRegistry()
        own.register(collector)
        text += generate_latest(own)
    return text


def totals() -> dict[str, Any]:
    """`{counters: {name: [{labels, value}]}, timings: {name: [{labels, count, seconds, p50, p95, p99}]}}`."""
    counters: dict[str, list[dict[str, Any]]] = {}
    timings: dict[str, list[dict[str, Any]]] = {}
    for family in Sums().collect():
        name = family.name.removeprefix(OURS)
        if family.name.startswith(OURS) and family.type == "counter":
            counters[name] = [
                {"labels": sample.labels, "value": sample.value}
                for sample in family.samples
                if sample.name.endswith("_total")
            ]
        elif family.name.startswith(OURS) and family.type == "histogram":
            timings[name] = summarise(family.samples)
    return {"counters": counters, "timings": timings}


def summarise(samples: list[Any]) -> list[dict[str, Any]]:
    groups: dict[tuple[tuple[str, str], ...], dict[str, Any]] = {}
    for sample in samples:
        labels = {key: value for key, value in sample.labels.items() if key != "le"}
        group = groups.setdefault(tuple(sorted(labels.items())), {"labels": labels, "buckets": []})
        if sample.name.endswith("_bucket"):
            group["buckets"].append((float(sample.labels["le"]), sample.value))
        elif sample.name.endswith("_sum"):
            group["seconds"] = round(sample.value, 6)
    for group in groups.values():
        buckets = sorted(group.pop("buckets"))
        group |= {f"p{share}": quantile(buckets, share / 100) for share in (50, 95, 99)}
        group["count"] = buckets[-1][1] if buckets else 0
    return list(groups.values())


def quantile(buckets: list[tuple[float, float]], share: float) -> float | None:
    """Upper bound in seconds of the bucket that holds the quantile; None without observations or past the last bound."""
    total = buckets[-1][1] if buckets else 0
    for bound, seen in buckets:
        if total and seen >= total * share:
            return bound if bound != float("inf") else None
    return None
