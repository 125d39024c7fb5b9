"""From the request that takes stock below its threshold to the open alert, as the sockets' channel tells of it."""

import json
import time
from itertools import cycle
from typing import Any

from redis import Redis

from bench import schedule
from bench.inventory import Inventory, change
from bench.percentiles import summarise
from bench.results import NONE, Limit, Measure, Run
from bench.shop import Shop
from bench.update import start

CHANNEL = "rt:p:alerts"
RATE = 10
SECONDS = 10.0
RUNS = 3
WAIT_S = 2.0
# Far above every threshold, so that each fall crosses it and each rise resolves what it opened.
PLENTY = 500
LIMITS = {"p95 ms": Limit(200), "unheard": NONE}


def measure(shop: Shop, seconds: float | None) -> list[Measure]:
    start(shop)
    inventory = Inventory(shop)
    skus = inventory.list_plentiful()[:50]
    for sku in skus:
        inventory.post(change(sku, PLENTY - inventory.read(sku)["available"]))
    with Redis.from_url(shop.redis_url) as redis, redis.pubsub(ignore_subscribe_messages=True) as heard:
        heard.subscribe(CHANNEL)
        runs = [run_once(inventory, heard, skus, seconds or SECONDS) for _ in range(RUNS)]
    return [Measure(f"crossing to open alert, {RATE}/s", LIMITS, runs)]


def run_once(inventory: Inventory, heard: Any, skus: list[str], seconds: float) -> Run:
    plan, names = schedule.begin(RATE, seconds), cycle(skus)
    took = []
    for number in range(plan.count):
        sku = next(names)
        plan.wait(number)
        sent = time.perf_counter()
        inventory.post(change(sku, 1 - PLENTY))
        took.append((wait_for(heard, "alert_opened", sku) - sent) * 1000)
        inventory.post(change(sku, PLENTY - 1))
        wait_for(heard, "alert_resolved", sku)
    known = [value for value in took if value < WAIT_S * 1000]
    figures = {**summarise(known), "crossings": float(len(took)), "unheard": float(len(took) - len(known))}
    return Run(figures, {"took_ms": [round(value, 2) for value in took]})


def wait_for(heard: Any, event: str, sku: str) -> float:
    """The moment at which it was heard, or one that is too late."""
    deadline = time.perf_counter() + WAIT_S
    while (left := deadline - time.perf_counter()) > 0:
        message = heard.get_message(timeout=left)
        if message and is_about(message["data"], event, sku):
            return time.perf_counter()
    return deadline + WAIT_S


def is_about(data: bytes, event: str, sku: str) -> bool:
    body = json.loads(data.split(b":", 2)[2])
    return bool(body["event"] == event and body["data"]["sku"] == sku)
