"""One message to a thousand sockets: delivered, how soon, and for how much processor time and memory."""

import math
import os
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

from bench import audience, schedule
from bench.listening import Listener, Task
from bench.percentiles import percentile, summarise
from bench.probe import Probe
from bench.processes import cpu_seconds, memory_mb, pin
from bench.publisher import Publisher, fragment
from bench.results import NONE, Limit, Measure, Run
from bench.shop import Shop
from bench.sink import Sink

SOCKETS, PROBES = 1000, 20
CHANNEL = "stock:BENCH"
SECONDS = 5.0
RUNS = 3
SETTLE_S = 1.0
IDLE_S = 2.0
WARM_UP = (10, 1.0)
GIVE_UP_S = 5.0
SERVER_CORES, CLIENT_CORES = {0}, {1}
# The probe must not wait for the crowd that it shares a core with.
SINK_NICENESS = 10

DELIVERED = {
    "delivered %": Limit(100, least=True, every_run=True),
    "extra": NONE,
    "disordered": NONE,
    "memory MB": Limit(100, every_run=True),
}
COST = "CPU us a frame"


@dataclass(frozen=True)
class Load:
    """`size` is the fragment's, in bytes; the envelope comes on top."""

    name: str
    rate: float
    size: int
    limits: dict[str, Limit]


IDLE = "fan-out, 1000 idle sockets"
PLAIN = (
    Load("fan-out, 10/s of 300 B", 10, 300, {**DELIVERED, COST: Limit(13)}),
    Load("fan-out, 40/s of 300 B", 40, 300, {**DELIVERED, COST: Limit(13)}),
)
DEFLATED = (Load("fan-out, 10/s of 4 kB, deflated", 10, 4096, DELIVERED),)


def measure(shop: Shop, seconds: float | None) -> list[Measure]:
    """Each run has socket processes of its own, one for clients that offer deflate and one for the others."""
    pin(os.getpid(), CLIENT_CORES)
    shop.start_redis(SERVER_CORES)
    # One for all runs: its versions go on, and Redis drops a version that is not newer than the last.
    publisher = Publisher(shop.redis_url, CHANNEL)
    measures = {load.name: Measure(load.name, load.limits) for load in (*PLAIN, *DEFLATED)}
    idle = Measure(IDLE, {"memory MB": Limit(100, every_run=True)})
    for _ in range(RUNS):
        for loads in (PLAIN, DEFLATED):
            with Hall(shop, publisher, deflate=loads is DEFLATED) as hall:
                if loads is PLAIN:
                    idle.runs.append(Run(hall.idle))
                hall.run(Load("warm-up", WARM_UP[0], loads[0].size, {}), WARM_UP[1])
                for load in loads:
                    measures[load.name].runs.append(hall.run(load, seconds or SECONDS))
    return [idle, *measures.values()]


class Hall:
    """One socket process with its audience."""

    def __init__(self, shop: Shop, publisher: Publisher, deflate: bool):
        self._shop = shop
        self._publisher = publisher
        self._stack = ExitStack()
        try:
            self._fill(deflate)
        except BaseException:
            self._stack.close()
            raise

    def __enter__(self) -> "Hall":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _fill(self, deflate: bool) -> None:
        shop = self._shop
        shop.start_live(SERVER_CORES)
        self._stack.callback(shop.stop, "live")
        self.server, self.redis = shop.worker("live"), shop.pid("redis")
        empty = memory_mb(self.server)
        begun = time.monotonic()
        sockets = audience.open_sockets(shop.live_port, SOCKETS, CHANNEL, deflate)
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
            "kB a socket": (memory_mb(self.server) - empty) * 1000 / SOCKETS,
            "memory MB before the first": empty,
            "CPU %": self._idle_share * 100,
            "seconds to open all": opened,
        }

    def _measure_idle(self) -> float:
        """The share of a core that goes into heartbeats and the status."""
        before, begun = cpu_seconds(self.server), time.monotonic()
        time.sleep(IDLE_S)
        return (cpu_seconds(self.server) - before) / (time.monotonic() - begun)

    def run(self, load: Load, seconds: float) -> Run:
        plan = schedule.begin(load.rate, seconds, time.time)
        task = Task(plan.count, plan.due(plan.count) + GIVE_UP_S)
        begun, server, redis = time.time(), cpu_seconds(self.server), cpu_seconds(self.redis)
        for listener in (self._probe, self._sink):
            listener.ask(task)
        lateness = self._publisher.publish(plan, fragment(load.size))
        patience = max(0.0, task.give_up_at - time.time()) + GIVE_UP_S
        probe, sink = self._probe.report(patience), self._sink.report(patience)
        spent = cpu_seconds(self.server) - server - self._idle_share * (time.time() - begun)
        figures = {
            **describe(plan, probe, sink, spent),
            "Redis CPU us a message": (cpu_seconds(self.redis) - redis) * 1e6 / plan.count,
            "memory MB": memory_mb(self.server, "VmHWM"),
            "sent late max ms": max(lateness),
        }
        samples = {name: [round(value, 3) for value in probe[name]] for name in ("latencies_ms", "kernel_ms")}
        return Run(figures, samples)


def describe(
    plan: schedule.Schedule, probe: dict[str, Any], sink: dict[str, Any], spent: float
) -> dict[str, float]:
    """`spent` is the server's CPU seconds. `client p99` is what the probe itself adds to the latencies."""
    wanted = plan.count * SOCKETS
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
        "client p99 ms": percentile(own, 99),
        "bytes a frame": sink["bytes"] / max(1, sink["messages"]),
        "lost sockets": probe["lost sockets"] + sink["lost sockets"],
    }
