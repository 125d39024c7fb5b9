"""How many people look at a product, as the pages of two browsers say it."""

import pytest

from tests.browser.test_live_badge import CHIP, open_product, wait_until
from tests.support.browser import WAIT_MS
from tests.support.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.processes]

VIEWERS = ".p-product__viewers p"
BELOW = ".p-product__now [data-stock], .c-pills, .p-product__buy form, .c-facts"


def wait_for_viewers(page, text):
    """Until the line says this; nothing is said when only oneself looks."""
    page.wait_for_function(
        "([selector, text]) => { const line = document.querySelector(selector);"
        " return text ? !line.hidden && line.textContent.trim() === text : line.hidden; }",
        arg=[VIEWERS, text],
        timeout=WAIT_MS,
    )


def places(page):
    return page.eval_on_selector_all(
        BELOW, "all => all.map(each => Math.round(each.getBoundingClientRect().top + scrollY))"
    )


@pytest.mark.parametrize("width", [390, 1440])
def test_two_visitors_see_each_other_and_nothing_moves(module_shop: Shop, new_page, width):
    page = new_page(viewport={"width": width, "height": 900})
    page.goto(module_shop.url + "/products/cup")
    wait_until(page, CHIP, "data-state", "live")
    wait_for_viewers(page, "")
    before = places(page)

    other = open_product(new_page, module_shop)
    for each in (page, other):
        wait_for_viewers(each, "2 people looking")

    assert places(page) == before and len(before) > 2
    assert page.locator(VIEWERS).evaluate("line => !line.closest('[aria-live], [role=status]')")
    other.close()
    wait_for_viewers(page, "")


@pytest.mark.slow
def test_two_tabs_of_one_visitor_are_one(module_shop: Shop, new_page):
    page = open_product(new_page, module_shop)
    tab = page.context.new_page()
    tab.goto(module_shop.url + "/products/cup")
    wait_until(tab, CHIP, "data-state", "live")
    other = open_product(new_page, module_shop)

    for each in (page, tab, other):
        wait_for_viewers(each, "2 people looking")
    tab.close()
    other.goto(module_shop.url + "/")
    wait_for_viewers(page, "")


def test_other_pages_tell_nothing(module_shop: Shop, new_page):
    assert open_product(new_page, module_shop, "/search?q=cup").locator(VIEWERS).count() == 0
