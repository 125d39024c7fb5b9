"""A whole shop on PostgreSQL under all loads at once: the pages it serves beside them, and whether it stays as it is."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask

from bench import audience, databases, http_load, page, parlour, plot, processes, schedule, shoppers, town
from bench.companion import Companion
from bench.inventory import Inventory
from bench.listening import Listener, Task
from bench.parlour import Talk
from bench.percentiles import median, percentile, summarise
from bench.results import NONE, Limit, Measure, Run
from bench.shop import Shop
from bench.sink import Sink
from bench.town import Spell

# As many as there are cores, as deploy/production.env has it.
WEB_WORKERS = 2
SOCKETS, TALKS = 500, 100
CHECKOUTS, MESSAGES = 2, 10
READERS = 40
KNEE = (10, 15, 20, 25, 30, 35, 40, 50)
STEP_S, MINUTE_S = 20.0, 60.0
SECONDS = 600.0
SAMPLE_S = 5.0
PATIENCE_S = 30.0
PAGE_MS = 150
GROWTH = 3
STEADY = {
    "p95 ms": Limit(PAGE_MS),
    "failed": NONE,
    "messages failed": NONE,
    "not paid": NONE,
    "lost sockets": NONE,
    "grown %": Limit(GROWTH),
}


def measure(shop: Shop, seconds: float | None) -> list[Measure]:
    variables = {**shop.variables_of_rig, "TRUSTED_PROXIES": "1", "SECRET_KEY": databases.SECRET_KEY}
    with databases.postgres(shop.folder) as url, Shop(**{**variables, "DATABASE_URL": url}) as own:
        own.start_all(web_workers=WEB_WORKERS)
        own.start_worker()
        with databases.open_app(own, url) as app, Street(own, app) as street:
            steps = find_knee(street)
            rate = max((rate for rate, run in steps if run.figures["p95 ms"] <= PAGE_MS), default=KNEE[0])
            minutes = max(2, round((seconds or SECONDS) / MINUTE_S))
            steady = Measure(f"{minutes} min, {rate} pages/s", STEADY, [street.last(rate, minutes)])
        shop.commands |= own.commands
    return [Measure(f"{rate} pages/s", {}, [run]) for rate, run in steps] + [steady]


def find_knee(street: "Street") -> list[tuple[int, Run]]:
    """Faster and faster, until pages come too late."""
    steps: list[tuple[int, Run]] = []
    for rate in KNEE:
        with street.life(STEP_S) as life:
            run = street.read(rate, STEP_S)
        steps.append((rate, Run({**run.figures, **life.figures()})))
        if run.figures["p95 ms"] > PAGE_MS:
            break
    return steps


@dataclass
class Life:
    """What went on meanwhile, filled when it is over."""

    bought: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)
    heard: dict[str, Any] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)

    def figures(self) -> dict[str, float]:
        outcomes = self.bought["outcomes"]
        return {
            "checkout p95 ms": percentile(self.bought["latencies_ms"], 95),
            "checkouts": outcomes.get("paid", 0),
            "not paid": sum(outcomes.values()) - outcomes.get("paid", 0),
            "message p95 ms": percentile(self.said["latencies_ms"], 95),
            "messages failed": self.said["failed"],
            "frames heard": self.heard["messages"],
            "lost sockets": self.heard["lost sockets"],
            **{f"{name} CPU %": share for name, share in self.cpu.items()},
        }


class Street:
    """The shop with its sockets open, and those who will buy, talk and look."""

    def __init__(self, shop: Shop, app: Flask):
        self._shop = shop
        pages = list(shoppers.stock_up(shop, Inventory(shop)).values())
        talks = [parlour.hold_talk(app) for _ in range(TALKS)]
        visitors = shoppers.gather(READERS, lambda _: shoppers.make_shopper(shop))
        shoppers.gather(READERS, lambda number: visitors[number].open("/"))
        self._visitors = [shoppers.headers_of(visitor) for visitor in visitors]
        self._paths = ["/", *page.links(shop, "/", page.CATEGORY), *pages, "/search?q=vase"]
        sockets = open_sockets(shop, talks)
        self._stack = ExitStack()
        self._buyers = self._stack.enter_context(closing(Companion(town.buy, shop, pages)))
        self._talkers = self._stack.enter_context(closing(Companion(town.talk, shop.port, talks)))
        self._sink = self._stack.enter_context(closing(Listener(Sink, sockets, [], 0)))
        for sock in sockets:
            sock.close()

    def __enter__(self) -> "Street":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @contextmanager
    def life(self, seconds: float) -> Iterator[Life]:
        """Checkouts, messages and sockets, as long as the block runs or a little longer."""
        found, start = Life(), time.time() + schedule.LEAD_S
        pids = self._processes()
        before, begun = {name: cpu_of(pid) for name, pid in pids.items()}, time.monotonic()
        self._sink.tell(Task(1 << 40, start + seconds))
        self._buyers.tell(Spell(start, CHECKOUTS, round(CHECKOUTS * seconds)))
        self._talkers.tell(Spell(start, MESSAGES, round(MESSAGES * seconds)))
        yield found
        patience = seconds + PATIENCE_S
        found.bought, found.said = self._buyers.hear(patience), self._talkers.hear(patience)
        found.heard = self._sink.hear(patience)
        lasted = time.monotonic() - begun
        found.cpu = {name: (cpu_of(pid) - before[name]) * 100 / lasted for name, pid in pids.items()}

    def read(self, rate: float, seconds: float) -> Run:
        def request(number: int) -> http_load.Request:
            headers = self._visitors[number % READERS]
            return http_load.Request("GET", self._paths[number % len(self._paths)], headers)

        outcome = http_load.drive(self._shop.port, schedule.begin(rate, seconds), request)
        return Run(outcome.figures(), {"latencies_ms": [round(value, 2) for value in outcome.latencies_ms]})

    def last(self, rate: float, minutes: int) -> Run:
        """The same rate for long, minute by minute, with what each process weighs."""
        with self.life(minutes * MINUTE_S) as life, Scales(self._processes()) as scales:
            runs = [self.read(rate, MINUTE_S) for _ in range(minutes)]
        took = [value for run in runs for value in run.samples["latencies_ms"]]
        figures = {
            **summarise(took),
            "failed": sum(run.figures["failed"] for run in runs),
            "sent late p99 ms": max(run.figures["sent late p99 ms"] for run in runs),
            **life.figures(),
            "grown %": max(grown for name, grown in scales.grown().items() if name != "redis"),
            "redis grown %": scales.grown()["redis"],
            **{f"{name} MB": weights[-1] for name, weights in scales.weights.items()},
        }
        samples = {"minutes p95 ms": [run.figures["p95 ms"] for run in runs], **scales.weights}
        return Run(figures, samples)

    def _processes(self) -> dict[str, int]:
        shop = self._shop
        web = {f"web {number}": pid for number, pid in enumerate(shop.workers("web"), start=1)}
        others = {name: shop.pid(name) for name in ("worker", "clock", "redis")}
        return {**web, "live": shop.worker("live"), **others}


def open_sockets(shop: Shop, talks: list[Talk]) -> list[Any]:
    """Two for each conversation; the others look at stock."""
    rooms = [
        audience.open_socket(shop.live_port, [f"room:{talk.room}"], False, person.rights(f"room:{talk.room}"))
        for talk in talks
        for person in (talk.shopper, talk.agent)
    ]
    skus = [item["productId"] for item in Inventory(shop).list_stock()]
    shown = [
        audience.open_socket(shop.live_port, [f"stock:{skus[number % len(skus)]}"], False)
        for number in range(SOCKETS - len(rooms))
    ]
    return rooms + shown


class Scales:
    """What each process weighs, in MB, looked at every few seconds while the block runs."""

    def __init__(self, pids: dict[str, int]):
        self._pids = pids
        self.weights: dict[str, list[float]] = {name: [] for name in pids}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._weigh)

    def __enter__(self) -> "Scales":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _weigh(self) -> None:
        while True:
            for name, pid in self._pids.items():
                self.weights[name].append(round(processes.memory_mb(pid), 2))
            if self._over.wait(SAMPLE_S):
                return

    def grown(self) -> dict[str, float]:
        """By how many percent, from the minute in the middle to the last."""
        grown = {}
        for name, weights in self.weights.items():
            minute = min(round(MINUTE_S / SAMPLE_S), len(weights) // 3)
            middle = len(weights) // 2
            before, after = median(weights[middle : middle + minute]), median(weights[-minute:])
            grown[name] = (after - before) * 100 / before
        return grown


def cpu_of(pid: int) -> float:
    """Its own and its ended children's: a worker forks for each job."""
    _, seconds = processes.read_all()[pid]
    return seconds


def draw(measures: list[Measure]) -> str:
    """Latency by minute, and what each process weighs."""
    samples = measures[-1].runs[0].samples
    p95 = samples["minutes p95 ms"]
    names = [str(minute) for minute in range(1, len(p95) + 1)]
    weights = {
        name: [values[minute * len(values) // len(p95)] for minute in range(len(p95))]
        for name, values in samples.items()
        if name in ("web 1", "web 2", "live", "worker")
    }
    latency = plot.lines("Pages beside all else, p95 ms by minute", names, {"p95": p95})
    return plot.stack([latency, plot.lines("Memory, MB by minute", names, weights)])
