"""How long a product page takes, for visitors that come for the first time."""

import re
import urllib.request

from bench import http_load, schedule
from bench.results import NONE, Limit, Measure
from bench.shop import Shop
from bench.update import run_once, start

RATE = 50
SECONDS = 8.0
WARM_UP_S = 2.0
RUNS = 3
LIMITS = {"p95 ms": Limit(40), "failed": NONE}
HEADERS = {"Accept": "text/html", "Accept-Encoding": "gzip, deflate, br"}
PRODUCT = re.compile(r'href="(/products/[^"?#]+)')
CATEGORY = re.compile(r'href="(/categories/[^"?#]+)')


def measure(shop: Shop, seconds: float | None) -> list[Measure]:
    start(shop)
    paths = list_products(shop)

    def request(number: int) -> http_load.Request:
        return http_load.Request("GET", paths[number % len(paths)], HEADERS)

    http_load.drive(shop.port, schedule.begin(RATE, WARM_UP_S), request)
    runs = [run_once(shop, RATE, seconds or SECONDS, request) for _ in range(RUNS)]
    return [Measure(f"product page, {RATE}/s", LIMITS, runs)]


def list_products(shop: Shop) -> list[str]:
    """The addresses of all products that the categories link to."""
    shelves = links(shop, "/", CATEGORY)
    return sorted({path for shelf in shelves for path in links(shop, shelf, PRODUCT)})


def links(shop: Shop, path: str, pattern: re.Pattern[str]) -> list[str]:
    with urllib.request.urlopen(f"{shop.url}{path}", timeout=10) as response:
        return sorted(set(pattern.findall(response.read().decode())))
