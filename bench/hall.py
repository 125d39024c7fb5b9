"""One socket process with its audience: most sockets in a sink that counts, a few in a probe that times."""

import math
import os
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import Any

from bench import audience, schedule
from bench.listening import Listener, Task
from bench.percentiles import percentile, summarise
from bench.probe import Probe
from bench.processes import cpu_seconds, memory_mb, pin
from bench.publisher import Publisher, fragment
from bench.results import Limit, Run
from bench.shop import Shop
from bench.sink import Sink

PROBES = 20
SETTLE_S = 1.0
IDLE_S = 2.0
WARM_UP_S = 1.0
GIVE_UP_S = 5.0
SERVER_CORES, CLIENT_CORES = {0}, {1}
# The probe must not wait for the crowd that it shares a core with.
SINK_NICENESS = 10
COST = "CPU us a frame"
KERNEL_P99 = "p99 ms at the kernel"


@dataclass(frozen=True)
class Audience:
    """`sockets` that each hear `each` of `channels` channels, dealt out in turn."""

    sockets: int
    channels: int = 1
    each: int = 1
    deflate: bool = False

    @property
    def names(self) -> list[str]:
        return [f"stock:BENCH-{number}" for number in range(self.channels)]

    def heard_by(self, number: int) -> list[str]:
        names = self.names
        return [names[(number * self.each + turn) % self.channels] for turn in range(self.each)]


@dataclass(frozen=True)
class Load:
    """`rate` batches a second of `batch` messages, each to the next channel. `size` is the fragment's, in bytes."""

    name: str
    rate: float
    size: int = 300
    batch: int = 1
    limits: dict[str, Limit] = field(default_factory=dict)


class Hall:
    def __init__(self, shop: Shop, publisher: Publisher, seats: Audience):
        self._shop = shop
        self._publisher = publisher
        self._seats = seats
        self._stack = ExitStack()
        try:
            self._fill()
        except BaseException:
            self._stack.close()
            raise

    def __enter__(self) -> "Hall":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _fill(self) -> None:
        pin(os.getpid(), CLIENT_CORES)
        shop, seats = self._shop, self._seats
        shop.start_live(SERVER_CORES)
        self._stack.callback(shop.stop, "live")
        self.server, self.redis = shop.worker("live"), shop.pid("redis")
        empty = memory_mb(self.server)
        begun = time.monotonic()
        sockets = [
            audience.open_socket(shop.live_port, seats.heard_by(number), seats.deflate)
            for number in range(seats.sockets)
        ]
        opened = time.monotonic() - begun
        timed, crowd = audience.split(sockets, PROBES)
        self._probe = self._stack.enter_context(closing(Listener(Probe, timed, crowd, 0)))
        self._sink = self._stack.enter_context(closing(Listener(Sink, crowd, timed, SINK_NICENESS)))
        for sock in sockets:
            sock.close()
        time.sleep(SETTLE_S)
        self._idle_share = self._measure_idle()
        self.idle = {
            "memory MB": memory_mb(self.server),
            "kB a socket": (memory_mb(self.server) - empty) * 1000 / seats.sockets,
            "memory MB before the first": empty,
            "CPU %": self._idle_share * 100,
            "seconds to open all": opened,
        }

    def _measure_idle(self) -> float:
        """The share of a core that goes into heartbeats and the status."""
        before, begun = cpu_seconds(self.server), time.monotonic()
        time.sleep(IDLE_S)
        return (cpu_seconds(self.server) - before) / (time.monotonic() - begun)

    def warm_up(self, load: Load) -> None:
        self.run(load, WARM_UP_S)

    def run(self, load: Load, seconds: float) -> Run:
        seats = self._seats
        plan = schedule.begin(load.rate, seconds, time.time)
        # Every channel gets as many messages as any other, so that every socket expects the same.
        batches = math.ceil(plan.count * load.batch / seats.channels) * seats.channels // load.batch
        plan = schedule.Schedule(plan.start, plan.rate, batches, plan.clock)
        messages = plan.count * load.batch
        expected = messages * seats.each // seats.channels
        task = Task(expected, plan.due(plan.count) + GIVE_UP_S)
        begun, server, redis = time.time(), cpu_seconds(self.server), cpu_seconds(self.redis)
        for listener in (self._probe, self._sink):
            listener.tell(task)
        lateness = self._publisher.publish(plan, fragment(load.size), seats.names, load.batch)
        patience = max(0.0, task.give_up_at - time.time()) + GIVE_UP_S
        probe, sink = self._probe.hear(patience), self._sink.hear(patience)
        spent = cpu_seconds(self.server) - server - self._idle_share * (time.time() - begun)
        figures = {
            **describe(plan, expected * seats.sockets, probe, sink, spent),
            "Redis CPU us a message": (cpu_seconds(self.redis) - redis) * 1e6 / messages,
            "memory MB": memory_mb(self.server, "VmHWM"),
            "sent late p99 ms": percentile(lateness, 99),
        }
        samples = {name: [round(value, 3) for value in probe[name]] for name in ("latencies_ms", "kernel_ms")}
        return Run(figures, samples)


def describe(
    plan: schedule.Schedule, wanted: int, probe: dict[str, Any], sink: dict[str, Any], spent: float
) -> dict[str, float]:
    """`spent` is the server's CPU seconds. `client p99` is what the probe itself adds to the latencies."""
    arrived = wanted - probe["missing"] - sink["missing"]
    lasted = max(max(probe["finished"], sink["finished"]) - plan.start, plan.count / plan.rate)
    own = [mine - kernel for mine, kernel in zip(probe["latencies_ms"], probe["kernel_ms"], strict=True)]
    return {
        "delivered %": arrived * 100 / wanted,
        "extra": probe["extra"] + sink["extra"],
        "disordered": probe["disordered"],
        "frames /s": arrived / lasted,
        COST: spent * 1e6 / arrived if arrived else math.nan,
        **summarise(probe["latencies_ms"]),
        KERNEL_P99: percentile(probe["kernel_ms"], 99),
        "client p99 ms": percentile(own, 99),
        "bytes a frame": sink["bytes"] / max(1, sink["messages"]),
        "lost sockets": probe["lost sockets"] + sink["lost sockets"],
    }
