"""The form for what is sold out, on a phone: with a script, without one, and while the badge moves."""

import pytest

from tests.browser.test_pages import overflow, violations
from tests.support.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.processes]

PHONE = {"width": 390, "height": 844}
FORM = ".p-restock"


def open_page(new_page, shop, path="/products/lamp", **options):
    page = new_page(viewport=PHONE, **options)
    page.goto(shop.url + path)
    return page


def fill_in(page, email):
    page.get_by_label("Email").fill(email)
    page.get_by_role("button", name="Tell me").click()


def test_the_form_is_answered_in_place(module_shop: Shop, new_page):
    page = open_page(new_page, module_shop)
    page.evaluate("window.stayed = true")

    fill_in(page, "ada")
    page.get_by_text("Enter an address like").wait_for()
    assert page.get_by_label("Email").input_value() == "ada"
    fill_in(page, "ada@example.test")
    page.get_by_text("link we sent to ada@example.test").wait_for()

    assert page.evaluate("window.stayed")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "status"
    assert overflow(page) == 0


def test_a_guest_waits_without_an_address_and_is_then_offered_notifications(module_shop: Shop, new_page):
    page = open_page(new_page, module_shop)

    page.get_by_role("button", name="Without an address, in this browser").click()
    page.get_by_text("We will tell you in this browser").wait_for()
    page.locator("[data-push][data-state]").wait_for(state="attached")

    assert page.locator("[data-push]").get_attribute("data-wants") == "back_in_stock"
    assert overflow(page) == 0
    page.reload()
    page.get_by_role("button", name="Do not tell me").click()
    page.get_by_text("You are off the list").wait_for()


def test_without_a_script_it_is_a_form_like_any_other(module_shop: Shop, new_page):
    page = open_page(new_page, module_shop, java_script_enabled=False)

    fill_in(page, "ada")
    assert page.get_by_label("Email").input_value() == "ada"
    assert page.locator(".c-field__error").inner_text() == "Enter an address like name@example.com"
    fill_in(page, "jun@example.test")

    assert "link we sent to jun@example.test" in page.locator(".c-notices").inner_text()


def test_the_form_comes_when_it_sells_out_and_goes_when_it_is_back(module_shop: Shop, new_page):
    page = open_page(new_page, module_shop, "/products/vase")
    page.wait_for_selector("[data-live-chip][data-state=live]")
    assert not page.locator(FORM).is_visible()

    module_shop.change_stock("VASE", "remove", module_shop.stock("VASE")["available"])
    page.locator(FORM).wait_for(state="visible")
    page.get_by_label("Email").fill("ada@exa")
    module_shop.change_stock("VASE", "receive", 3)
    page.wait_for_selector(".p-product__now .c-badge--low")
    assert page.locator(FORM).is_visible(), "it went from under somebody's fingers"
    page.locator("#q").focus()

    page.locator(FORM).wait_for(state="hidden")


@pytest.mark.slow
def test_what_is_refused_is_shown_as_a_page(module_shop: Shop, new_page):
    page = open_page(new_page, module_shop)
    for _ in range(21):
        page.context.clear_cookies()
        page.goto(f"{module_shop.url}/products/lamp")
        fill_in(page, "often@example.test")
        page.locator(".p-restock [role=status], .p-error").wait_for()

    assert page.get_by_role("heading", level=1).inner_text() == "That was too fast"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(module_shop: Shop, new_page, scheme):
    page = open_page(new_page, module_shop, color_scheme=scheme)
    assert violations(page) == []
    fill_in(page, "x")
    page.locator(".c-field__error").wait_for()
    assert violations(page) == []
    fill_in(page, f"{scheme}@example.test")
    page.locator(".p-restock [role=status]").wait_for()
    assert violations(page) == []
    page.goto(f"{module_shop.url}/back-in-stock/stopped")
    assert violations(page) == []
