"""The promise of the shop, with real processes and real browsers: one change moves every badge that shows it."""

import time

import pytest

from tests.support.browser import WAIT_MS
from tests.support.shop import Shop
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.processes]

BADGE = "[data-stock='CUP'] .c-badge"
CHIP = "[data-live-chip]"


def open_product(new_page, shop, path="/products/cup"):
    page = new_page()
    page.goto(shop.url + path)
    wait_until(page, CHIP, "data-state", "live")
    return page


def wait_until(page, selector, attribute, value):
    page.wait_for_function(
        "([selector, attribute, value]) => document.querySelector(selector)?.getAttribute(attribute) === value",
        arg=[selector, attribute, value],
    )


def wait_for_text(page, selector, text):
    """How long it took until every match of the selector said `text`."""
    started = time.monotonic()
    page.wait_for_function(
        "([selector, text]) => { const all = [...document.querySelectorAll(selector)];"
        " return all.length > 0 && all.every((each) => each.textContent.trim() === text); }",
        arg=[selector, text],
        timeout=WAIT_MS,
    )
    return time.monotonic() - started


def test_one_stock_change_moves_two_browsers_within_a_second(module_shop: Shop, new_page):
    pages = [open_product(new_page, module_shop) for _ in range(2)]
    for page in pages:
        page.evaluate("window.stayed = true")

    before = module_shop.stock("CUP")["available"]
    took = []
    # A busy machine holds up one change; a slow shop each of them.
    for left in (3, 2, 1):
        module_shop.change_stock("CUP", "remove", module_shop.stock("CUP")["available"] - left)
        took.append(max(wait_for_text(page, BADGE, f"Only {left} left") for page in pages))

    assert min(took) < 1
    assert all(page.evaluate("window.stayed") for page in pages), "the page was loaded again"
    module_shop.change_stock("CUP", "add", before - 1)
    for page in pages:
        wait_for_text(page, BADGE, "In stock")


def test_every_place_that_shows_the_product_follows(module_shop: Shop, new_page):
    card = "[data-product-stock] .c-badge"
    shelf = open_product(new_page, module_shop, "/search?q=vase")
    suggestions = open_product(new_page, module_shop, "/")
    suggestions.locator("#q").press_sequentially("vase")
    suggestions.wait_for_selector(f"#suggestions {card}")
    detail = open_product(new_page, module_shop, "/products/vase")

    module_shop.change_stock("VASE", "remove", 2)

    wait_for_text(shelf, card, "Only 1 left")
    wait_for_text(suggestions, f"#suggestions {card}", "Only 1 left")
    wait_for_text(detail, "[data-stock='VASE'] .c-badge", "Only 1 left")
    module_shop.change_stock("VASE", "remove", 1)
    wait_for_text(shelf, card, "Sold out")
    wait_for_text(detail, "[data-stock='VASE'] .c-badge", "Sold out")
    module_shop.change_stock("VASE", "receive", 20)
    wait_for_text(shelf, card, "In stock")


def test_focus_and_scroll_stay_while_badges_move(module_shop: Shop, new_page):
    page = open_product(new_page, module_shop)
    page.locator("#q").fill("half a wo")
    before = page.evaluate("[scrollY, document.activeElement.id, document.activeElement.selectionStart]")

    module_shop.change_stock("CUP", "remove", module_shop.stock("CUP")["available"])
    wait_for_text(page, BADGE, "Sold out")

    assert (
        page.evaluate("[scrollY, document.activeElement.id, document.activeElement.selectionStart]") == before
    )
    module_shop.change_stock("CUP", "receive", 10)
    wait_for_text(page, BADGE, "In stock")


@pytest.mark.slow
def test_live_killed_while_stock_changes_and_both_pages_are_right_after_its_return(shop: Shop, new_page):
    pages = [open_product(new_page, shop) for _ in range(2)]

    shop.kill("live")
    shop.change_stock("CUP", "remove", 8)
    for page in pages:
        wait_until(page, CHIP, "data-state", "reconnecting")
    shop.start("live")
    wait_for(lambda: shop.get("/api/realtime/websocket")["status"] == "up", 20, "the socket process")

    for page in pages:
        wait_for_text(page, BADGE, "Only 2 left")
        wait_until(page, CHIP, "data-state", "live")


@pytest.mark.slow
def test_without_sockets_the_page_polls(shop: Shop, new_page):
    page = open_product(new_page, shop)

    shop.kill("live")
    shop.change_stock("CUP", "remove", 10)

    wait_for_text(page, BADGE, "Sold out")


@pytest.mark.slow
def test_redis_killed_and_flushed_and_the_page_is_right_again(shop: Shop, new_page):
    page = open_product(new_page, shop)

    shop.kill("redis")
    shop.change_stock("CUP", "remove", 9)
    wait_until(page, CHIP, "data-state", "paused")
    shop.start("redis")

    wait_for_text(page, BADGE, "Only 1 left")
    wait_until(page, CHIP, "data-state", "live")
