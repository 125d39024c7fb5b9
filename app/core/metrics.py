"""Counters, timings and gauges of all processes that share prometheus-client's folder: web and the clock."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess
from prometheus_client.registry import REGISTRY, Collector

BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

_making = threading.Lock()  # the registry takes a name once
_counters: dict[str, Counter] = {}
_gauges: dict[str, Gauge] = {}
_timings: dict[str, Histogram] = {}


def count(name: str, amount: float = 1, **labels: str) -> None:
    with _making:
        if name not in _counters:
            _counters[name] = Counter(f"liveshelf_{name}", name.replace("_", " "), sorted(labels))
    counter = _counters[name]
    (counter.labels(**labels) if labels else counter).inc(amount)


def set_gauge(name: str, value: float) -> None:
    """What is so now; of several processes the one that looked last is right."""
    with _making:
        if name not in _gauges:
            _gauges[name] = Gauge(f"liveshelf_{name}", name.replace("_", " "), multiprocess_mode="mostrecent")
    _gauges[name].set(value)


def observe(name: str, seconds: float, **labels: str) -> None:
    with _making:
        if name not in _timings:
            _timings[name] = Histogram(
                f"liveshelf_{name}_seconds", name.replace("_", " "), sorted(labels), buckets=BUCKETS_S
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


def prometheus_text(*others: Collector) -> bytes:
    """All of this module's figures, and what `others` tell of processes that do not share them."""
    text = generate_latest(registry())
    for other in others:
        own = CollectorRegistry()
        own.register(other)
        text += generate_latest(own)
    return text


def totals() -> dict[str, Any]:
    """`{counters: {name: [{labels, value}]}, timings: {name: [{labels, count, seconds, p50, p95, p99}]}}`."""
    counters: dict[str, list[dict[str, Any]]] = {}
    timings: dict[str, list[dict[str, Any]]] = {}
    for family in registry().collect():
        name = family.name.removeprefix("liveshelf_")
        if family.name.startswith("liveshelf_") and family.type == "counter":
            counters[name] = [
                {"labels": sample.labels, "value": sample.value}
                for sample in family.samples
                if sample.name.endswith("_total")
            ]
        elif family.name.startswith("liveshelf_") and family.type == "histogram":
            timings[name] = summarise(family.samples)
    return {"counters": counters, "timings": timings}


def summarise(samples: list[Any]) -> list[dict[str, Any]]:
    groups: dict[tuple[tuple[str, str], ...], dict[str, Any]] = {}
    for sample in samples:
        labels = {key: value for key, value in sample.labels.items() if key != "le"}
        group = groups.setdefault(tuple(sorted(labels.items())), {"labels": labels, "buckets": []})
        if sample.name.endswith("_bucket"):
            group["buckets"].append((float(sample.labels["le"]), sample.value))
        elif sample.name.endswith("_count"):
            group["count"] = sample.value
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
