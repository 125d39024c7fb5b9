"""What a visitor sees of a product's stock, and what tests do to it; each wait has a deadline."""

import contextlib
import re

from playwright.sync_api import Error, Page, WebSocket, expect

from tests.support.shop import Shop
from tests.support.tabs import Tabs
from tests.support.waiting import wait_for

RIGHT_WITHIN_S = 5.0
BADGE = "[data-stock='CUP'] .c-badge"
CHIP = "[data-live-chip]"
OLD_STOCK = re.compile(r"^Stock as of \d{1,2}:\d\d")


def set_stock(shop: Shop, available: int, sku: str = "CUP") -> None:
    """Through the API, as any other program would."""
    change = available - shop.stock(sku)["available"]
    if change:
        shop.change_stock(sku, "add" if change > 0 else "remove", abs(change))


def open_cup(shop: Shop, tabs: Tabs) -> Page:
    tab = tabs.open(shop.url + "/products/cup")
    chip_says(tab, "live", 8)
    return tab


def chip_says(tab: Page, state: str, seconds: float = RIGHT_WITHIN_S) -> None:
    expect(tab.locator(CHIP).first).to_have_attribute("data-state", state, timeout=seconds * 1000)


def badge_says(tab: Page, text: str, seconds: float = RIGHT_WITHIN_S) -> None:
    expect(tab.locator(BADGE).first).to_have_text(text, timeout=seconds * 1000)


def watch_sockets(tab: Page) -> list[object]:
    """The sockets that the page has opened from now on and that are open still."""
    opened: list[object] = []

    def note(socket: WebSocket) -> None:
        opened.append(socket)
        socket.on("close", lambda closed: opened.remove(closed))

    tab.on("websocket", note)
    return opened


def becomes_true(tab: Page, expression: str, seconds: float = 8) -> None:
    """Playwright's own wait needs eval, which the shop's CSP forbids to everybody here."""

    def is_true() -> bool:
        with contextlib.suppress(Error):  # between two pages
            return bool(tab.evaluate(expression))
        return False

    wait_for(is_true, seconds, expression)
