"""How long `POST /api/realtime/inventory` takes, at rates that do not wait for it."""

import os

from bench import http_load, schedule
from bench.inventory import PATH, Inventory, change
from bench.processes import cpu_seconds, pin
from bench.results import NONE, Limit, Measure, Run
from bench.shop import Shop

RATES = (20, 100)
SECONDS = 8.0
WARM_UP_S = 1.5
RUNS = 3
WEB_CORES, OTHER_CORES = {0}, {1}
LIMITS = {"p95 ms": Limit(25), "failed": NONE}


def measure(shop: Shop, seconds: float | None) -> list[Measure]:
    start(shop)
    inventory = Inventory(shop)
    skus = inventory.list_plentiful()

    def request(number: int) -> http_load.Request:
        # Each unit that is added is taken away again, so that the stock is the same after any number of runs.
        body = change(skus[number // 2 % len(skus)], -1 if number % 2 else 1)
        return http_load.Request("POST", PATH, inventory.headers(number), body)

    measures = []
    for rate in RATES:
        http_load.drive(shop.port, schedule.begin(rate, WARM_UP_S), request)
        runs = [run_once(shop, rate, seconds or SECONDS, request) for _ in range(RUNS)]
        measures.append(Measure(f"stock update, {rate}/s", LIMITS, runs))
    return measures


def start(shop: Shop) -> None:
    """The pages on one core; the rest, and whoever asks, on the other."""
    pin(os.getpid(), OTHER_CORES)
    shop.start_all(WEB_CORES, OTHER_CORES)


def run_once(shop: Shop, rate: float, seconds: float, request: http_load.Maker) -> Run:
    before = {name: cpu_seconds(pid) for name, pid in servers(shop).items()}
    outcome = http_load.drive(shop.port, schedule.begin(rate, seconds), request)
    spent = {name: cpu_seconds(pid) - before[name] for name, pid in servers(shop).items()}
    figures = outcome.figures()
    for name, share in spent.items():
        figures[f"{name} CPU ms each"] = share * 1000 / len(outcome.latencies_ms)
    return Run(figures, {"latencies_ms": [round(value, 3) for value in outcome.latencies_ms]})


def servers(shop: Shop) -> dict[str, int]:
    return {"web": shop.worker("web"), "redis": shop.pid("redis")}
