"""How long it takes to read the stock of a SKU: over HTTP, where SQL answers, and what Redis shows of it."""

import os
import time

from redis import Redis

from bench import http_load, schedule
from bench.inventory import PATH, Inventory
from bench.percentiles import summarise
from bench.processes import pin
from bench.results import NONE, Limit, Measure, Run
from bench.shop import Shop
from bench.update import OTHER_CORES, WEB_CORES, run_once

RATE = 50
SECONDS = 6.0
WARM_UP_S = 1.5
RUNS = 3
READS = 2_000
OVER_HTTP = {"p95 ms": Limit(10), "failed": NONE}
FROM_REDIS = {"p95 ms": Limit(3), "missing": NONE}


def measure(shop: Shop, seconds: float | None) -> list[Measure]:
    pin(os.getpid(), OTHER_CORES)
    shop.start_all(WEB_CORES, OTHER_CORES)
    inventory = Inventory(shop)
    skus = [item["productId"] for item in inventory.list_stock()]

    def request(number: int) -> http_load.Request:
        return http_load.Request(
            "GET", f"{PATH}?productId={skus[number % len(skus)]}", inventory.headers(number)
        )

    http_load.drive(shop.port, schedule.begin(RATE, WARM_UP_S), request)
    runs = [run_once(shop, RATE, seconds or SECONDS, request) for _ in range(RUNS)]
    with Redis.from_url(shop.redis_url) as redis:
        shown = [read_all(redis, skus) for _ in range(RUNS)]
    return [
        Measure(f"stock of a SKU, {RATE}/s, HTTP", OVER_HTTP, runs),
        Measure("stock of a SKU, Redis", FROM_REDIS, shown),
    ]


def read_all(redis: Redis, skus: list[str]) -> Run:
    took, missing = [], 0
    for number in range(READS):
        begun = time.perf_counter()
        state = redis.hgetall(f"rt:c:stock:{skus[number % len(skus)]}")
        took.append((time.perf_counter() - begun) * 1000)
        missing += not state
    return Run({**summarise(took), "missing": float(missing)}, {"latencies_ms": [round(v, 3) for v in took]})
