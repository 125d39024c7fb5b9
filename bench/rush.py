"""Five hundred shoppers in checkout at once, for fewer units than they want: who is answered, how soon, and what is sold."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import requests

from app.demo.shopper import AT_HOME, NotOffered, Shopper, find_form, place_of
from app.orders.providers.practice import SUCCEEDS
from bench import shoppers
from bench.inventory import Inventory, change
from bench.percentiles import summarise
from bench.results import Run
from bench.shop import Broken, Shop

SHOPPERS = 500
SKUS = 50
UNITS = 8
# Between two steps, as somebody who types an address.
LONGEST_PAUSE_S = 40.0
ANSWERED_WITHIN_S = 60
COMES_AGAIN = 10
SETTLES_WITHIN_S = 30


@dataclass
class Answers:
    """A shopper who is told to come again (503) does so; the wait for that is part of the answer's time."""

    latencies_ms: list[float] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)
    came_again: int = 0

    def timed(self, ask: Callable[[], requests.Response]) -> requests.Response:
        begun = time.perf_counter()
        for _ in range(COMES_AGAIN):
            answer = ask()
            if answer.status_code != 503:
                break
            self.came_again += 1
            time.sleep(float(answer.headers.get("Retry-After", 1)))
        self.latencies_ms.append((time.perf_counter() - begun) * 1000)
        answer.raise_for_status()
        return answer


def check_out(shopper: Shopper, answers: Answers, dice: random.Random) -> None:
    """The steps as a browser asks for them, each redirect an own request; ends with an order, or back at the cart."""
    path, form = "/checkout", None
    try:
        while True:
            if form or path == "/checkout":
                time.sleep(dice.uniform(0, LONGEST_PAUSE_S))
            sent = form
            answer = answers.timed(lambda: shopper.send(sent) if sent else read(shopper, path))  # noqa: B023
            form = None
            if answer.status_code in (302, 303):
                path = place_of(answer)
                if path == "/cart" or path.startswith("/orders/"):
                    answers.ends["sold out" if path == "/cart" else "paid"] += 1
                    return
            else:
                form = find_form(answer.text, path)
                form.fields |= {**AT_HOME, "delivery": "pickup", "card": SUCCEEDS}
    except (requests.RequestException, NotOffered) as error:
        answers.ends[f"failed: {type(error).__name__}"] += 1


def read(shopper: Shopper, path: str) -> requests.Response:
    return shopper.session.get(shopper.url + path, timeout=ANSWERED_WITHIN_S, allow_redirects=False)


def rush(shop: Shop, inventory: Inventory, pages: dict[str, str]) -> Run:
    skus = list(pages)[:SKUS]
    people = shoppers.gather(SHOPPERS, lambda number: shoppers.fill_cart(shop, [pages[skus[number % SKUS]]]))
    for sku in skus:
        inventory.post(change(sku, UNITS - inventory.read(sku)["available"]))
    before = reserved(inventory, skus)
    answers = Answers()
    begun = time.perf_counter()
    all_at_once([partial(check_out, person, answers, random.Random(n)) for n, person in enumerate(people)])
    figures = summarise(answers.latencies_ms)
    figures |= {
        "requests /s": len(answers.latencies_ms) / (time.perf_counter() - begun),
        "paid": float(answers.ends["paid"]),
        "sold out": float(answers.ends["sold out"]),
        "told to come again": float(answers.came_again),
        "unanswered": float(SHOPPERS - answers.ends["paid"] - answers.ends["sold out"]),
        "units too many": float(
            sum(
                max(0, after - was - UNITS)
                for after, was in zip(reserved(inventory, skus), before, strict=True)
            )
        ),
        "unlike the answers": float(abs(sum(reserved(inventory, skus)) - sum(before) - answers.ends["paid"])),
        "findings": float(count_findings(shop)),
    }
    for sku in skus:
        inventory.post(change(sku, shoppers.PLENTY))
    return Run(figures, {"latencies_ms": [round(value, 2) for value in answers.latencies_ms]})


def reserved(inventory: Inventory, skus: list[str]) -> list[int]:
    return [inventory.read(sku)["reserved"] for sku in skus]


def all_at_once(acts: list[Callable[[], None]]) -> None:
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], None]) -> None:
        start.wait()
        act()

    threads = [threading.Thread(target=run, args=(act,), daemon=True) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def count_findings(shop: Shop) -> int:
    """Once the clock has caught up."""
    deadline = time.monotonic() + SETTLES_WITHIN_S
    while True:
        try:
            shop.run("verify")
            return 0
        except Broken:
            if time.monotonic() > deadline:
                return 1
            time.sleep(1)
