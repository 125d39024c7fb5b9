"""Buying, over HTTP as a browser does it, on SQLite and on PostgreSQL: the pages, the one request that pays, and a rush."""

import os

from bench import databases, http_load, rush, schedule, shoppers
from bench.inventory import Inventory
from bench.processes import pin
from bench.results import NONE, Limit, Measure, Run
from bench.shop import Shop
from bench.update import OTHER_CORES, WEB_CORES, run_once

PAGES_RATE, CONFIRM_RATE = 30, 10
SECONDS = 8.0
WARM_UP_S = 2.0
RUNS = 3
READERS = 12
PATHS = ("/cart", "/checkout/contact", "/checkout/delivery", "/checkout/payment")
PAGES = {"p95 ms": Limit(50), "failed": NONE}
CONFIRM = {"p95 ms": Limit(120), "failed": NONE, "unlike the answers": NONE}
RUSH = {
    "p99 ms": Limit(2000),
    "unanswered": NONE,
    "units too many": NONE,
    "unlike the answers": NONE,
    "findings": NONE,
}


def measure(shop: Shop, seconds: float | None) -> list[Measure]:
    pin(os.getpid(), OTHER_CORES)
    measures: list[Measure] = []
    for name, database in databases.BOTH.items():
        variables = {**shop.variables_of_rig, "TRUSTED_PROXIES": "1"}
        with database(shop.folder) as url, Shop(**{**variables, "DATABASE_URL": url}) as own:
            own.start_all(WEB_CORES, OTHER_CORES)
            measures += measure_database(own, name, seconds or SECONDS)
            shop.commands |= {f"{name} {key}": command for key, command in own.commands.items()}
    return measures


def measure_database(shop: Shop, name: str, seconds: float) -> list[Measure]:
    inventory = Inventory(shop)
    pages = shoppers.stock_up(shop, inventory)
    baskets = list(pages.values())
    reads = measure_pages(shop, baskets, seconds)
    confirms = [pay_all(shop, baskets, seconds) for _ in range(RUNS)]
    return [
        Measure(f"cart and checkout, {PAGES_RATE}/s, {name}", PAGES, reads),
        Measure(f"hold to paid, {CONFIRM_RATE}/s, {name}", CONFIRM, confirms),
        Measure(f"{rush.SHOPPERS} in checkout, {name}", RUSH, [rush.rush(shop, inventory, pages)]),
    ]


def measure_pages(shop: Shop, baskets: list[str], seconds: float) -> list[Run]:
    """Every page holds anew, as it does for shoppers."""
    readers = shoppers.gather(
        READERS, lambda number: shoppers.bring_to_payment(shop, baskets[number : number + 2])[0]
    )

    def request(number: int) -> http_load.Request:
        return shoppers.read_page(readers[number // len(PATHS) % READERS], PATHS[number % len(PATHS)])

    http_load.drive(shop.port, schedule.begin(PAGES_RATE, WARM_UP_S), request)
    return [run_once(shop, PAGES_RATE, seconds, request) for _ in range(RUNS)]


def pay_all(shop: Shop, baskets: list[str], seconds: float) -> Run:
    """One POST for each shopper: the hold is renewed, the bank asked, the order paid, the receipt queued."""
    count = max(1, round(CONFIRM_RATE * seconds))
    ready = shoppers.gather(
        count, lambda number: shoppers.bring_to_payment(shop, [baskets[number % len(baskets)]])
    )
    requests = [shoppers.send_form(*each) for each in ready]
    outcome = http_load.drive(shop.port, schedule.begin(CONFIRM_RATE, seconds), requests.__getitem__)
    figures = outcome.figures()
    figures["failed"] = float(sum(outcome.statuses.values()) - outcome.statuses[303])
    paid = sum("/orders/" in shopper.send(form).headers.get("Location", "") for shopper, form in ready)
    figures["unlike the answers"] = float(count - paid)
    return Run(figures, {"latencies_ms": [round(value, 3) for value in outcome.latencies_ms]})
