"""How many look at the same, as a page shows it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from .conftest import Visit
from .looks import DEADLINE_MS, is_live
from .page import CHIP, stock
from .shop import FakeShop, Frame, recovered

VIEWERS = '<p id="viewers" data-channel="viewers:7" hidden><b data-presence-count></b> are looking</p>'


def present(frame: Frame) -> Frame:
    answer = recovered(frame)
    answer["channels"]["viewers:7"] = {"mode": "presence", "recovered": True, "missed": 0}
    return answer


def viewers_read(tab: Page, text: str) -> None:
    expect(tab.locator("#viewers")).to_be_visible(timeout=DEADLINE_MS)
    expect(tab.locator("#viewers")).to_have_text(text)


def test_others_are_counted_and_oneself_alone_is_not_mentioned(shop: FakeShop, visit: Visit) -> None:
    shop.answer = present
    tab = visit(CHIP + stock() + VIEWERS)
    tab.evaluate(
        "() => { window.told = []; document.addEventListener('live:presence', (e) => told.push(e.detail)) }"
    )
    is_live(tab)

    shop.connection().send(type="presence", channel="viewers:7", count=3)
    viewers_read(tab, "3 are looking")
    shop.connection().send(type="presence", channel="viewers:7", count=1)
    expect(tab.locator("#viewers")).to_be_hidden(timeout=DEADLINE_MS)

    assert [frame["count"] for frame in tab.evaluate("told")] == [3, 1]
    assert tab.evaluate("resets") == []
    assert tab.evaluate("heard") == []


def test_what_is_swapped_in_shows_the_count_that_is_known(shop: FakeShop, visit: Visit) -> None:
    shop.answer = present
    tab = visit(CHIP + f'<div id="grid">{VIEWERS}</div>')
    is_live(tab)
    shop.connection().send(type="presence", channel="viewers:7", count=3)
    viewers_read(tab, "3 are looking")

    tab.evaluate("html => { grid.innerHTML = html }", VIEWERS)

    viewers_read(tab, "3 are looking")
    assert [frame["type"] for frame in shop.connection().frames] == ["subscribe"]


def test_without_a_socket_the_count_comes_with_the_poll(shop: FakeShop, visit: Visit) -> None:
    shop.is_refusing = True
    shop.recovery = {"viewers:7": {"mode": "presence", "recovered": True, "missed": 0, "count": 4}}
    tab = visit(CHIP + VIEWERS)

    viewers_read(tab, "4 are looking")
