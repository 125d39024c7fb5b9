"""What a page fetches anew when what it missed cannot be replayed."""

import pytest

from tests.browser.buying import COUNT, buy_what_is_in_the_cart, put_into_cart, seed, wait_for_text
from tests.support.shop import open_shop

pytestmark = [pytest.mark.browser, pytest.mark.processes]

LOSE_ALL = "document.dispatchEvent(new CustomEvent('live:reset', { detail: { channels: [] } }))"


@pytest.fixture(scope="module")
def shop():
    with open_shop(seed=seed) as shop:
        yield shop


@pytest.mark.slow
def test_the_number_on_the_cart_is_fetched_anew(shop, new_page):
    page = new_page()
    put_into_cart(page, f"{shop.url}/products/cup")
    page.goto(f"{shop.url}/products/bowl")
    page.locator(COUNT).evaluate("count => count.remove()")

    page.evaluate(LOSE_ALL)

    wait_for_text(page, COUNT, "1")
    assert page.locator("[data-cart-count]").count() == 1


def test_an_order_s_page_is_fetched_anew(shop, new_page):
    page = new_page()
    put_into_cart(page, f"{shop.url}/products/cup")
    buy_what_is_in_the_cart(page)
    page.wait_for_url("**/orders/**")
    wait_for_text(page, "h1", "Thank you")
    page.locator("h1").evaluate("heading => heading.textContent = 'Old news'")

    page.evaluate(LOSE_ALL)

    wait_for_text(page, "h1", "Thank you")
