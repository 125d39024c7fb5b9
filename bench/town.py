"""What goes on in a shop besides pages: shoppers that buy and people that talk, each in a process of the rig's own."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import requests

from app.demo.shopper import NotOffered
from bench import http_load, shoppers
from bench.http_load import Request
from bench.parlour import Talk
from bench.schedule import Schedule
from bench.shop import Broken, Shop

BUYERS = 12
# Shoppers of the rig's processes must not meet: the shop counts what one address may do.
ADDRESSES = 1 << 20


@dataclass(frozen=True)
class Spell:
    """`rate` a second, `count` altogether, from `start` on (Unix seconds)."""

    start: float
    rate: float
    count: int

    @property
    def schedule(self) -> Schedule:
        return Schedule(self.start, self.rate, self.count, time.time)


def buy(pipe: Connection, shop: Shop, pages: list[str]) -> None:
    """Whole purchases, from a product's page to the paid order, for each spell that it is told."""
    shoppers.numbers = iter(range(ADDRESSES, 2 * ADDRESSES))  # type: ignore[assignment]
    while True:
        spell: Spell = pipe.recv()
        pipe.send(buy_for(spell.schedule, shop, pages))


def buy_for(plan: Schedule, shop: Shop, pages: list[str]) -> dict[str, Any]:
    def buy_one(number: int) -> tuple[str, float]:
        due = plan.wait(number)
        try:
            shopper, form = shoppers.bring_to_payment(shop, [pages[number % len(pages)]])
            paid = shopper.send(form)
            how = "paid" if "/orders/" in paid.headers.get("Location", "") else f"answer {paid.status_code}"
        except (Broken, NotOffered, requests.RequestException) as error:
            how = type(error).__name__
        return how, (plan.clock() - due) * 1000

    with ThreadPoolExecutor(BUYERS) as buyers:
        bought = list(buyers.map(buy_one, range(plan.count)))
    outcomes = Counter(how for how, _ in bought)
    return {"latencies_ms": [took for _, took in bought], "outcomes": dict(outcomes)}


def talk(pipe: Connection, port: int, talks: list[Talk]) -> None:
    """Messages, by the two of each room in turn, for each spell that it is told."""
    while True:
        spell: Spell = pipe.recv()
        mark = f"town-{int(spell.start)}"

        def say(number: int, mark: str = mark) -> Request:
            room = talks[number % len(talks)]
            person = room.agent if number // len(talks) % 2 else room.shopper
            path = f"/chat/rooms/{room.room}/messages"
            return person.post(path, clientId=f"{mark}-{number}", body=f"Is number {number} back?")

        outcome = http_load.drive(port, spell.schedule, say)
        pipe.send({"latencies_ms": outcome.latencies_ms, "failed": outcome.failed})
