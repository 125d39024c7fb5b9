"""How long the last movements of a SKU, and the proof of all stock, take with a million movements in the table."""

import random
import time
from collections.abc import Callable
from typing import Any

from flask import Flask

from app.inventory import history, queries, retention, rollups, verification
from bench import databases, past
from bench.percentiles import summarise
from bench.results import NONE, Limit, Measure, Run
from bench.shop import Shop

RUNS = 3
READS = 400
DEEP = 500
KEPT_DAYS = 28
READ_LIMITS = {"p95 ms": Limit(20), "wrong": NONE}
VERIFY_LIMITS = {"seconds": Limit(10), "findings": NONE}


def measure(shop: Shop, _seconds: float | None) -> list[Measure]:
    shop.start_redis()
    measures = []
    for name, database in databases.BOTH.items():
        with (
            database(shop.folder) as url,
            databases.open_app(shop, url, INVENTORY_MAX_HISTORY_DAYS=str(KEPT_DAYS)) as app,
        ):
            past.fill()
            measures += measure_database(app, name)
    return measures


def measure_database(app: Flask, name: str) -> list[Measure]:
    others = random.Random(7)
    skus = [past.HOT if number % 2 else f"SKU-{others.randrange(2, past.SKUS)}" for number in range(READS)]
    deep = [
        entry.id for entry in history.list_timeline(past.HOT, limit=past.MOVEMENTS_OF_HOT).entries[::DEEP]
    ]
    reads: dict[str, tuple[list[Any], Callable[[Any], int]]] = {
        "last 50 of a SKU, timeline": (skus, lambda sku: len(history.list_timeline(sku).entries)),
        "last 50 of a SKU, API": (skus, lambda sku: len(queries.list_movements(sku))),
        "50 from the depth of a SKU": (
            deep[:-1],
            lambda cursor: len(history.list_timeline(past.HOT, before=cursor).entries),
        ),
    }
    found = [
        Measure(f"{title}, {name}", READ_LIMITS, [read_all(app, *read) for _ in range(RUNS)])
        for title, read in reads.items()
    ]
    found.append(Measure(f"verify, {name}", VERIFY_LIMITS, [verify_once(app) for _ in range(RUNS)]))
    found.append(Measure(f"roll up {past.DAYS} days, {name}", {}, [roll_up_once(app)]))
    found.append(Measure(f"prune {past.DAYS - KEPT_DAYS} days, {name}", {"damaged": NONE}, [prune_once(app)]))
    found.append(
        Measure(f"verify what is left, {name}", VERIFY_LIMITS, [verify_once(app) for _ in range(RUNS)])
    )
    return found


def read_all(app: Flask, keys: list[Any], read: Callable[[Any], int]) -> Run:
    """Each in an application context of its own, as a request has one."""
    latencies, wrong = [], 0
    for key in keys:
        begun = time.perf_counter()
        with app.app_context():
            count = read(key)
        latencies.append((time.perf_counter() - begun) * 1000)
        wrong += count != history.PAGE
    return Run(
        {**summarise(latencies), "wrong": wrong, "movements": past.MOVEMENTS},
        {"latencies_ms": [round(value, 3) for value in latencies]},
    )


def verify_once(app: Flask) -> Run:
    begun = time.perf_counter()
    with app.app_context():
        findings = verification.verify()
    return Run({"seconds": time.perf_counter() - begun, "findings": len(findings), "SKUs": past.SKUS})


def prune_once(app: Flask) -> Run:
    begun = time.perf_counter()
    with app.app_context():
        gone = retention.prune_history()
    seconds = time.perf_counter() - begun
    return Run({"seconds": seconds, "movements": gone["movements"], "damaged": gone["damaged"]})


def roll_up_once(app: Flask) -> Run:
    begun = time.perf_counter()
    with app.app_context():
        rows = rollups.roll_up()
    return Run({"seconds": time.perf_counter() - begun, "rows": rows})
