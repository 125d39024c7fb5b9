"""How a device stays reachable, and whose it is, without anybody pressing anything."""

import pytest

from app.security.users import create_user
from tests.browser.pushing import PAGE, Pushed, device_of, open_page, switch_on, wait_for_state
from tests.factories import PASSWORD
from tests.support.shop import open_shop, small_assortment
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.processes]

ADA = "ada@example.test"


@pytest.fixture(scope="module")
def pushed():
    def seed():
        small_assortment()
        create_user(ADA, "Ada", "shopper", PASSWORD)

    with open_shop(seed=seed) as shop:
        yield Pushed(shop)


def age(page):
    """As if the last visit had been yesterday."""
    page.evaluate(
        "localStorage.setItem('push', JSON.stringify({ ...JSON.parse(localStorage.getItem('push')), at: 0 }))"
    )


@pytest.mark.slow
def test_a_page_changes_to_the_shops_new_key_by_itself(pushed, page):
    open_page(page, pushed)
    switch_on(page)
    device, key = device_of(page), pushed.rotate_key()

    age(page)
    page.reload()

    def has_changed():
        return (
            page.wait_for_timeout(50)
            or page.evaluate("JSON.parse(localStorage.getItem('pushes'))?.key") == key
        )

    wait_for(has_changed, 5, "a subscription with the new key")
    wait_for_state(page, "on")
    assert pushed.devices()[device] == "active"


def test_a_page_says_nothing_more_of_its_device_that_day(pushed, page):
    open_page(page, pushed)
    switch_on(page)
    calls = []
    page.on("request", lambda request: calls.append(request) if "/api/realtime/push" in request.url else None)

    page.reload()
    wait_for_state(page, "on")

    assert calls == []


def test_a_device_that_was_switched_off_elsewhere_is_not_switched_on_by_a_page(pushed, page):
    open_page(page, pushed)
    switch_on(page)
    device = device_of(page)
    pushed.switch_off(device)
    age(page)

    page.reload()

    wait_for_state(page, "ask")
    assert pushed.devices()[device] == "unsubscribed"


def test_a_guest_who_signs_in_keeps_the_device_and_signing_out_ends_it(pushed, page):
    open_page(page, pushed)
    switch_on(page)
    device = device_of(page)
    page.goto(f"{pushed.url}/login?next={PAGE}")
    page.fill("[name=email]", ADA)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"**{PAGE}")
    wait_for_state(page, "on")
    assert device_of(page) == device

    page.locator("form[action='/logout'] button").first.evaluate("(button) => button.click()")

    page.wait_for_url(f"{pushed.url}/")
    wait_for(lambda: pushed.devices()[device] == "unsubscribed", 5, "the device to be off")
    assert page.evaluate("[localStorage.getItem('push'), localStorage.getItem('pushes')]") == [None, None]
    open_page(page, pushed)
    wait_for_state(page, "ask")
