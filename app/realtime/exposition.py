"""The socket processes' figures for Prometheus."""

from collections.abc import Iterator
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from app.core.redis import RedisDown
from app.realtime.status import read_processes

GAUGES = {
    "connections": "open sockets",
    "users": "identified users and visitors",
    "channels": "channels that are heard",
    "queuedBytes": "bytes that wait for slow readers",
    "queuedFrames": "frames that wait for slow readers",
    "longestQueue": "bytes that wait for the slowest reader",
    "memory": "resident memory in bytes",
    "draining": "1 while the process closes its sockets",
}
COUNTERS = {
    "messagesIn": "messages from clients",
    "bytesIn": "characters in messages from clients",
    "messagesOut": "messages written to sockets",
    "bytesOut": "bytes of messages written to sockets",
    "typingIn": "words of clients that somebody types or stops",
    "typingOut": "words to clients that somebody types or stops",
    "evicted": "sockets cut because they read too slowly",
    "gaps": "gaps in what Redis passed on",
    "gapMessages": "messages that were missing in gaps",
    "redisReconnects": "connections to Redis that were made again",
    "cpu": "processor time in seconds",
}
TIMINGS = {"delivery": "from the change to the write into the socket", "roundTrip": "from a ping to its pong"}


class SocketCollector(Collector):
    """One sample a living process, labelled with its id. Nothing while Redis is down."""

    def collect(self) -> Iterator[Metric]:
        try:
            processes = read_processes()
        except RedisDown:
            processes = []
        for name, text in GAUGES.items():
            yield fill(GaugeMetricFamily(metric(name), text, labels=["process"]), name, processes)
        for name, text in COUNTERS.items():
            yield fill(CounterMetricFamily(metric(name), text, labels=["process"]), name, processes)
        yield closes(processes)
        yield recoveries(processes)
        for name, text in TIMINGS.items():
            yield timing(name, text, processes)


def metric(name: str) -> str:
    return "liveshelf_live_" + "".join(
        f"_{letter.lower()}" if letter.isupper() else letter for letter in name
    )


def fill(family: Any, name: str, processes: list[dict[str, Any]]) -> Any:
    for process in processes:
        family.add_metric([str(process["id"])], process.get(name) or 0)
    return family


def closes(processes: list[dict[str, Any]]) -> Metric:
    family = CounterMetricFamily(metric("closes"), "sockets closed, by reason", labels=["process", "reason"])
    for process in processes:
        for reason, count in (process.get("closes") or {}).items():
            family.add_metric([str(process["id"]), reason], count)
    return family


def recoveries(processes: list[dict[str, Any]]) -> Metric:
    family = CounterMetricFamily(
        metric("recoveries"), "channels asked for with a position", labels=["process", "result"]
    )
    for process in processes:
        for result in ("recovered", "unrecovered"):
            family.add_metric([str(process["id"]), result], process.get(result) or 0)
    return family


def timing(name: str, text: str, processes: list[dict[str, Any]]) -> Metric:
    """The processes count in milliseconds; Prometheus wants seconds."""
    family = HistogramMetricFamily(f"{metric(name)}_seconds", text, labels=["process"])
    for process in processes:
        if told := process.get(name):
            buckets = [
                (bound if bound == "+Inf" else str(float(bound) / 1000), count)
                for bound, count in told["buckets"].items()
            ]
            family.add_metric([str(process["id"])], buckets, sum_value=told["sum"] / 1000)
    return family
