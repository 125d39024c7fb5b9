"""What a first visit to each kind of page brings over the wire, as Chromium's own network log counts it."""

from collections import Counter
from typing import Any

from playwright.sync_api import Browser

from bench import chromium, page
from bench.results import Limit, Measure, Run
from bench.shop import Broken, Shop

RUNS = 3
# The product page is held to these; the others are shown beside it.
LIMITS = {"product": {"kB": Limit(120, every_run=True), "requests": Limit(12, every_run=True)}}
QUIET_MS = 700
KINDS = {"Document": "html", "Stylesheet": "css", "Script": "js", "Font": "font", "Image": "image"}
OTHER = "other"


class Tally:
    """Requests and bytes of one page, headers included, by kind."""

    def __init__(self) -> None:
        self.bytes: Counter[str] = Counter()
        self.requests: Counter[str] = Counter()
        self._kinds: dict[str, str] = {}

    def asked(self, event: dict[str, Any]) -> None:
        if event["request"]["url"].startswith(("http:", "https:")):
            self._kinds[event["requestId"]] = KINDS.get(event.get("type", ""), OTHER)
            self.requests[self._kinds[event["requestId"]]] += 1

    def loaded(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self._kinds:
            self.bytes[self._kinds[event["requestId"]]] += int(event["encodedDataLength"])

    def figures(self) -> dict[str, float]:
        split = {f"{kind} kB": self.bytes[kind] / 1000 for kind in (*KINDS.values(), OTHER)}
        total = {"kB": self.bytes.total() / 1000, "requests": float(self.requests.total())}
        return {**total, **split}


def measure(shop: Shop, _seconds: float | None) -> list[Measure]:
    shop.start_all()
    with chromium.playwright() as driver, chromium.launch(driver) as browser:
        return [
            Measure(
                f"first visit, {name}",
                LIMITS.get(name, {}),
                [run_once(browser, shop.url, path) for _ in range(RUNS)],
            )
            for name, path in pages(shop).items()
        ]


def pages(shop: Shop) -> dict[str, str]:
    return {
        "home": "/",
        "category": page.links(shop, "/", page.CATEGORY)[0],
        "product": page.list_products(shop)[0],
        "search": "/search?q=vase",
    }


def run_once(browser: Browser, url: str, path: str) -> Run:
    """A context of its own has no cookie and an empty cache."""
    context = browser.new_context(viewport=chromium.VIEWPORT)
    shown, tally = context.new_page(), Tally()
    session = context.new_cdp_session(shown)
    session.on("Network.requestWillBeSent", tally.asked)
    session.on("Network.loadingFinished", tally.loaded)
    session.send("Network.enable")
    answer = shown.goto(f"{url}{path}", wait_until="load")
    kind = answer.header_value("content-type") if answer else None
    if answer is None or not answer.ok or not (kind or "").startswith("text/html"):
        raise Broken(f"{path} is no page: {answer and answer.status} {kind}")
    shown.wait_for_timeout(QUIET_MS)
    context.close()
    return Run(tally.figures(), {"bytes": [dict(tally.bytes)], "requests": [dict(tally.requests)]})
