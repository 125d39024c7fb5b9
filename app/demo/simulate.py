"""Shoppers that look around and buy, through the shop's own pages, so that a newcomer sees the badges move."""

import math
import random
import re
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Semaphore
from typing import Any

import click
import requests

from app.demo.visits import Mix, Packer, Tally, Visit

RESTOCK_BELOW = 2
RESTOCK_CHANCE = 0.5
TIMEOUT_S = 5
# As many as may be in the shop at once; a slow shop gets fewer visits, not more open requests.
SHOPPERS = 8


def simulate_shoppers(url: str, rate: float, seconds: float, mix: Mix) -> None:
    """`rate` shoppers a second come to `url` until `seconds` are over (0: until interrupted)."""
    if not 0 < rate < math.inf:
        raise click.BadParameter("a number above 0 is needed, as in --rate 2", param_hint="--rate")
    stock, tally = Stock(url), Tally()
    packer = Packer(url, mix, tally)
    try:
        skus, pages = stock.list_skus(), stock.list_pages()
    except requests.RequestException:
        raise click.ClickException(f"no demo shop answers at {url}; start it with `make run`") from None
    if not packer.sign_in():
        click.echo("The demo's staff cannot sign in there: nothing is packed, and nothing comes back.")

    def visit() -> None:
        look_after(stock, random.choice(skus), tally)
        Visit(url, mix, tally, packer).run(pages)

    started = time.monotonic()
    shoppers, room = ThreadPoolExecutor(SHOPPERS), Semaphore(SHOPPERS)
    due, shown = started, 0.0
    try:
        while not seconds or time.monotonic() - started < seconds:
            due += random.expovariate(rate)
            time.sleep(max(0.0, due - time.monotonic()))
            if room.acquire(blocking=False):
                shoppers.submit(visit).add_done_callback(lambda _: room.release())
            else:
                tally.count("skipped")
            if time.monotonic() - shown > 1:
                shown = time.monotonic()
                click.echo(f"\r{shown - started:6.0f} s   {tally.line()}", nl=False)
    except KeyboardInterrupt:
        pass
    finally:
        shoppers.shutdown(cancel_futures=True)
    click.echo(f"\r{time.monotonic() - started:6.0f} s   {tally.line()}")


def look_after(stock: "Stock", sku: str, tally: Tally) -> None:
    """The studio fills an empty shelf now and then."""
    try:
        if stock.count(sku) < RESTOCK_BELOW and random.random() < RESTOCK_CHANCE:
            stock.receive(sku, random.randint(4, 20))
            tally.count("restocked")
    except requests.RequestException:
        tally.count("failed")


class Stock:
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

    def receive(self, sku: str, quantity: int) -> None:
        batch: dict[str, Any] = {"productId": sku, "quantity": quantity, "operation": "receive"}
        batch["reason"] = "A new batch from the kiln"
        headers = {"X-User-ID": "simulation"}
        answer = requests.post(self._api, json=batch, headers=headers, timeout=TIMEOUT_S)
        answer.raise_for_status()

    def _get(self, query: dict[str, str]) -> dict[str, Any]:
        answer = requests.get(self._api, query, timeout=TIMEOUT_S)
        answer.raise_for_status()
        document: dict[str, Any] = answer.json()
        return document
