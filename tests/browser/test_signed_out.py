"""What a page does whose rights were taken away: it comes back with those that it has, once, and then is at rest."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, WebSocket

from app.security.users import create_user
from tests.factories import PASSWORD
from tests.support.shop import Shop, open_shop, small_assortment
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.processes]

ADA = "ada@example.test"
QUIET_MS = 4_000


def wait_until_live(page: Page) -> None:
    page.wait_for_selector("[data-live-chip][data-state=live]", state="attached")


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    def seed() -> None:
        small_assortment()
        create_user(ADA, "Ada", "shopper", PASSWORD)

    with open_shop(seed=seed) as shop:
        yield shop


def sign_in(page: Page, shop: Shop) -> None:
    page.goto(f"{shop.url}/login")
    page.fill("[name=email]", ADA)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"{shop.url}/")


@pytest.mark.slow
def test_signing_out_in_another_tab_costs_a_page_one_more_socket(shop: Shop, page: Page) -> None:
    sign_in(page, shop)
    sockets: list[WebSocket] = []
    page.on("websocket", lambda socket: sockets.append(socket))
    page.goto(f"{shop.url}/products/cup")
    wait_until_live(page)
    before = sockets[-1]

    other = page.context.new_page()
    other.goto(f"{shop.url}/products/cup")
    wait_until_live(other)
    other.evaluate("document.querySelector(\"form[action='/logout']\").submit()")

    wait_for(lambda: page.wait_for_timeout(50) or before.is_closed(), 5, "the end of the socket")
    wait_until_live(page)
    page.wait_for_timeout(QUIET_MS)
    assert len(sockets) - sockets.index(before) == 2
    assert not sockets[-1].is_closed()
