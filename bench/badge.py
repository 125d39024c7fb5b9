"""From a stock change to the changed badge in two real browsers that show the same product."""

import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from bench import chromium, page, schedule
from bench.inventory import Inventory, change
from bench.percentiles import percentile, summarise
from bench.results import NONE, Limit, Measure, Run
from bench.shop import Broken, Shop

RATE = 1 / 0.15
SECONDS = 31.0
RUNS = 3
BROWSERS = 2
SETTLE_S = 1.0
LOW = 10
LIMITS = {"p95 ms": Limit(300), "p95 ms from request": Limit(300), "unseen": NONE, "wrong words": NONE}
WATCH = (Path(__file__).parent / "watch_badge.js").read_text()
SKU = "document.querySelector('[data-live-announce]').dataset.liveAnnounce"
IS_LIVE = "() => document.querySelector('[data-live-chip]').dataset.state === 'live'"

# Badge moments by version: when it changed, in Unix milliseconds, and what it said.
Seen = dict[int, tuple[float, str]]


@dataclass(frozen=True)
class Change:
    """Unix milliseconds. `committed` is the database's own, taken just before its transaction ended."""

    sent: float
    committed: float
    version: int
    words: str


def measure(shop: Shop, seconds: float | None) -> list[Measure]:
    shop.start_all()
    inventory = Inventory(shop)
    with ExitStack() as stack:
        driver = stack.enter_context(chromium.playwright())
        browsers = [stack.enter_context(chromium.launch(driver)) for _ in range(BROWSERS)]
        path, sku = find_product(browsers[0].new_page(viewport=chromium.VIEWPORT), shop, inventory)
        empty(inventory, sku)
        pages = [browser.new_page(viewport=chromium.VIEWPORT) for browser in browsers]
        for shown in pages:
            shown.goto(f"{shop.url}{path}")
            shown.wait_for_function(IS_LIVE)
        runs = [run_once(pages, inventory, sku, seconds or SECONDS) for _ in range(RUNS)]
    return [Measure(f"commit to badge, {RATE:.1f}/s", LIMITS, runs)]


def find_product(shown: Page, shop: Shop, inventory: Inventory) -> tuple[str, str]:
    """A product whose page opens on a SKU that has the usual threshold and is not awaited."""
    for path in page.list_products(shop):
        shown.goto(f"{shop.url}{path}")
        sku = shown.evaluate(SKU)
        stock = inventory.read(sku)
        if stock["threshold"] == LOW and stock["status"] in ("in", "low"):
            shown.close()
            return path, sku
    raise Broken(f"no product opens on a SKU with a threshold of {LOW}")


def empty(inventory: Inventory, sku: str) -> None:
    """Sold out, from where the steps start."""
    inventory.post(change(sku, -inventory.read(sku)["available"]))


def run_once(pages: list[Page], inventory: Inventory, sku: str, seconds: float) -> Run:
    clocks_off = [abs(shown.evaluate(WATCH, sku)) for shown in pages]
    plan = schedule.begin(RATE, seconds)
    # Whole cycles, so that each run starts from an empty shelf.
    steps = list(islice(cycle(STEPS), plan.count - plan.count % len(STEPS) or len(STEPS)))
    changes = []
    for number, step in enumerate(steps):
        plan.wait(number)
        changes.append(make_change(inventory, sku, step))
    time.sleep(SETTLE_S)
    return evaluate(changes, [read_seen(shown) for shown in pages], max(clocks_off))


# Every step changes what the badge says: 11 "In stock", then "Only 10 left" down to "Sold out".
STEPS = [LOW + 1] + [-1] * (LOW + 1)


def make_change(inventory: Inventory, sku: str, step: int) -> Change:
    body = change(sku, step)
    sent = time.time() * 1000
    answer = inventory.post(body)
    committed = datetime.fromisoformat(answer["asOf"]).timestamp() * 1000
    return Change(sent, committed, answer["version"], words(answer["available"]))


def words(available: int) -> str:
    if available > LOW:
        return "In stock"
    return f"Only {available} left" if available else "Sold out"


def read_seen(shown: Page) -> Seen:
    """The first moment of each version."""
    moments: Seen = {}
    entries: list[list[Any]] = shown.evaluate("window.benchSeen.splice(0)")
    for at, version, text in entries:
        moments.setdefault(version, (at, text))
    return moments


def evaluate(changes: list[Change], browsers: list[Seen], clock_off: float) -> Run:
    """A change that a browser never showed is `unseen`; one that it showed in other words is wrong."""
    pairs = [(change, seen.get(change.version)) for change in changes for seen in browsers]
    shown = [(change, found) for change, found in pairs if found]
    after_commit = [at - change.committed for change, (at, _) in shown]
    after_request = [at - change.sent for change, (at, _) in shown]
    figures = {
        **summarise(after_commit),
        "p50 ms from request": percentile(after_request, 50),
        "p95 ms from request": percentile(after_request, 95),
        "changes": float(len(changes)),
        "unseen": float(len(pairs) - len(shown)),
        "wrong words": float(sum(text != change.words for change, (_, text) in shown)),
        "browser clock off ms": clock_off,
    }
    return Run(
        figures, {"after_commit_ms": rounded(after_commit), "after_request_ms": rounded(after_request)}
    )


def rounded(values: list[float]) -> list[float]:
    return [round(value, 2) for value in values]
