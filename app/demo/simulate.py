"""Shoppers that look around and buy, through the shop's own addresses, so that a newcomer sees the badges move."""

import math
import random
import re
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Semaphore
from typing import Any

import click
import requests

RESTOCK_BELOW = 2
RESTOCK_CHANCE = 0.5
LARGEST_BASKET = 3
TIMEOUT_S = 5
# As many as may be in the shop at once; a slow shop gets fewer visits, not more open requests.
SHOPPERS = 8


@dataclass
class Tally:
    looked: int = 0
    bought: int = 0
    short: int = 0
    restocked: int = 0
    failed: int = 0
    skipped: int = 0
    started: float = field(default_factory=time.monotonic)

    def line(self) -> str:
        return (
            f"{time.monotonic() - self.started:6.0f} s   looked {self.looked}   bought {self.bought}   "
            f"sold out {self.short}   restocked {self.restocked}   failed {self.failed}   "
            f"skipped {self.skipped}"
        )


def simulate_shoppers(url: str, rate: float, seconds: float) -> None:
    """Buy `rate` times a second from `url` until `seconds` are over (0: until interrupted)."""
    if not 0 < rate < math.inf:
        raise click.BadParameter("a number above 0 is needed, as in --rate 2", param_hint="--rate")
    shop, tally = Shop(url), Tally()
    try:
        skus, pages = shop.list_skus(), shop.list_pages()
    except requests.RequestException:
        raise click.ClickException(f"no demo shop answers at {url}; start it with `make run`") from None
    shoppers, room = ThreadPoolExecutor(SHOPPERS), Semaphore(SHOPPERS)
    due, shown = time.monotonic(), 0.0
    try:
        while not seconds or time.monotonic() - tally.started < seconds:
            due += random.expovariate(rate)
            time.sleep(max(0.0, due - time.monotonic()))
            if room.acquire(blocking=False):
                visiting = shoppers.submit(visit, shop, random.choice(pages), random.choice(skus), tally)
                visiting.add_done_callback(lambda _: room.release())
            else:
                tally.skipped += 1
            if time.monotonic() - shown > 1:
                shown = time.monotonic()
                click.echo(f"\r{tally.line()}", nl=False)
    except KeyboardInterrupt:
        pass
    finally:
        shoppers.shutdown(cancel_futures=True)
    click.echo(f"\r{tally.line()}")


def visit(shop: "Shop", page: str, sku: str, tally: Tally) -> None:
    """One shopper: looks at a page, then buys or finds it sold out; the studio fills an empty shelf now and then."""
    try:
        shop.open(page)
        tally.looked += 1
        left = shop.count(sku)
        if left < RESTOCK_BELOW and random.random() < RESTOCK_CHANCE:
            shop.receive(sku, random.randint(4, 20))
            tally.restocked += 1
        elif shop.buy(sku, random.randint(1, LARGEST_BASKET)):
            tally.bought += 1
        else:
            tally.short += 1
    except requests.RequestException:
        tally.failed += 1


class Shop:
    """The demo's API, as its curl lines use it."""

    def __init__(self, url: str):
        self._url = url
        self._api = f"{url}/api/realtime/inventory"

    def list_skus(self) -> list[str]:
        skus: list[str] = []
        after: str | None = ""
        while after is not None:
            page = self._get({"limit": "200", "after": after})
            skus += [item["productId"] for item in page.get("items", [])]
            after = page.get("after")
        return skus

    def list_pages(self) -> list[str]:
        """The addresses of all products, found as a shopper finds them: from the home page through the shelves."""
        shelves = sorted(set(re.findall(r'href="(/categories/[^"?]+)"', self.open("/"))))
        pages = {
            path for shelf in shelves for path in re.findall(r'href="(/products/[^"?]+)"', self.open(shelf))
        }
        return sorted(pages) or ["/"]

    def open(self, path: str) -> str:
        answer = requests.get(self._url + path, timeout=TIMEOUT_S)
        answer.raise_for_status()
        return answer.text

    def count(self, sku: str) -> int:
        return int(self._get({"productId": sku}).get("available") or 0)

    def buy(self, sku: str, quantity: int) -> bool:
        """False when there is not that much left."""
        order = {"orderId": f"SIM-{secrets.token_hex(6)}", "productId": sku, "quantity": quantity}
        return self._send("PUT", order).status_code == 200

    def receive(self, sku: str, quantity: int) -> None:
        batch = {"productId": sku, "quantity": quantity, "operation": "receive"}
        self._send("POST", {**batch, "reason": "A new batch from the kiln"})

    def _send(self, method: str, body: dict[str, Any]) -> requests.Response:
        headers = {"X-User-ID": "simulation"}
        answer = requests.request(method, self._api, timeout=TIMEOUT_S, headers=headers, json=body)
        if answer.status_code != 409:
            answer.raise_for_status()
        return answer

    def _get(self, query: dict[str, str]) -> dict[str, Any]:
        answer = requests.get(self._api, query, timeout=TIMEOUT_S)
        answer.raise_for_status()
        document: dict[str, Any] = answer.json()
        return document
