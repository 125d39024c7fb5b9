"""Buying in a real browser: with and without a script, with a mouse, a thumb or the keyboard alone, and in a race."""

import re

import pytest

from tests.browser.buying import (
    ADDRESS,
    CARD,
    COUNT,
    DECLINED,
    DESK,
    DRAWER,
    PHONE,
    buy_what_is_in_the_cart,
    fill_address,
    press,
    put_into_cart,
    seed,
    tab_to,
    wait_for_text,
)
from tests.browser.test_live_badge import CHIP, wait_until
from tests.browser.test_pages import overflow, violations
from tests.factories import PASSWORD
from tests.support.shop import open_shop

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.fixture(scope="module")
def shop():
    with open_shop(seed=seed) as shop:
        yield shop


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_whole_way_with_a_script_ends_with_a_page_that_follows_the_parcel(shop, new_page, size):
    page = new_page(viewport=size)
    put_into_cart(page, f"{shop.url}/products/cup")
    assert overflow(page) == 0

    buy_what_is_in_the_cart(page)
    page.wait_for_url("**/orders/**")
    wait_for_text(page, "h1", "Thank you")
    assert page.locator(COUNT).count() == 0

    wait_until(page, CHIP, "data-state", "live")
    number = re.search(r"/orders/([\w-]+)", page.url)[1]
    staff = new_page()
    staff.goto(f"{shop.url}/staff/orders/{number}")
    staff.locator("#email").fill("mira@example.test")
    staff.locator("#password").fill(PASSWORD)
    press(staff, "Sign in")
    press(staff, "Start packing")
    wait_for_text(page, "h1", "Being packed")
    wait_for_text(page, "[data-order-said]", "Being packed")


def test_the_whole_way_without_a_script(shop, new_page):
    page = new_page(java_script_enabled=False, viewport=PHONE)
    page.goto(f"{shop.url}/products/cup")
    press(page, "Add to cart")
    assert page.url.endswith("/cart")
    press(page, "One more of Cup")
    press(page, "Remove")
    press(page, "Undo")
    assert page.locator("#quantity-CUP").input_value() == "2"

    page.get_by_role("link", name="Check out").click()
    press(page, "Go on to delivery")
    assert "Enter the postcode" in page.get_by_role("alert").inner_text()
    page.locator("#name").fill("Ada typed this")
    press(page, "Extend")
    assert page.locator("#name").input_value() == "Ada typed this"
    fill_address(page)
    press(page, "Go on to payment")
    page.locator("#card").fill(DECLINED)
    press(page, re.compile("^Pay "))
    assert "use another card" in page.get_by_role("alert").inner_text()
    page.locator("#card").fill(CARD)
    press(page, re.compile("^Pay "))
    assert page.locator("h1").inner_text() == "Thank you"
    page.get_by_role("link", name="Receipt to print").click()
    assert page.locator("h1").inner_text() == "Receipt"


@pytest.mark.slow
def test_the_whole_way_with_the_keyboard_alone(shop, new_page):
    page = new_page(viewport=DESK)
    page.goto(f"{shop.url}/products/cup")
    tab_to(page, ".c-add .c-button")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{DRAWER} .c-line")
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('.c-add .c-button')")
    page.keyboard.press("Enter")
    page.wait_for_selector(DRAWER)
    tab_to(page, "#more-CUP")
    page.keyboard.press("Enter")
    page.wait_for_selector("#quantity-CUP[value='3']")
    assert page.evaluate("document.activeElement.id") == "more-CUP"
    tab_to(page, "a[href='/checkout']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkout/contact")
    for name, value in ADDRESS.items():
        tab_to(page, f"#{name}")
        page.keyboard.type(value)
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkout/delivery")
    tab_to(page, "[name='delivery']")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkout/payment")
    assert "Express" in page.locator(".c-review").inner_text()
    tab_to(page, "#card")
    page.keyboard.type(CARD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/**")


def test_a_second_click_adds_again_and_a_double_click_adds_once(shop, new_page):
    page = new_page(viewport=DESK)
    page.goto(f"{shop.url}/products/cup")

    page.locator(".c-add .c-button").dblclick()
    page.wait_for_selector(f"{DRAWER} .c-line")
    wait_for_text(page, COUNT, "1")
    page.keyboard.press("Escape")
    press(page, "Add to cart")
    wait_for_text(page, COUNT, "2")


def test_the_drawer_opens_from_the_header_and_its_module_comes_only_then(shop, new_page):
    page = new_page(viewport=PHONE)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{shop.url}/products/cup")
    assert not any("cart" in url for url in asked)

    page.locator("[data-cart-link]").click()

    page.wait_for_selector(f"{DRAWER} .c-empty")
    assert page.url.endswith("/products/cup")
    page.get_by_role("link", name="Open the page").click()
    page.wait_for_url("**/cart")


def test_the_cart_follows_stock_and_leaves_focus_and_typing_alone(shop, new_page):
    page = new_page(viewport=DESK)
    put_into_cart(page, f"{shop.url}/products/bowl", quantity=3)
    page.goto(f"{shop.url}/cart")
    wait_until(page, CHIP, "data-state", "live")
    field = page.locator("#quantity-BOWL")
    field.fill("4")

    shop.change_stock("BOWL", "remove", 18)

    wait_for_text(page, "#line-BOWL", "Only 2 left of your 3.")
    assert page.evaluate("[document.activeElement.id, document.activeElement.value]") == [
        "quantity-BOWL",
        "4",
    ]
    field.fill("3")
    press(page, "Take 2")
    page.locator("#line-BOWL .c-line__fix").wait_for(state="detached")
    assert field.input_value() == "2"
    assert page.get_by_role("link", name="Check out").is_visible()
    shop.change_stock("BOWL", "add", 18)


def test_two_shoppers_race_for_the_last_one_and_both_see_honest_pages(shop, new_page):
    ada, jun = new_page(viewport=DESK), new_page(viewport=PHONE)
    for page in (ada, jun):
        put_into_cart(page, f"{shop.url}/products/jar")
    jun.goto(f"{shop.url}/cart")
    wait_until(jun, CHIP, "data-state", "live")

    ada.get_by_role("link", name="Check out").click()
    ada.wait_for_url("**/checkout/contact")

    wait_for_text(jun, "#line-JAR", "Sold out meanwhile.")
    jun.goto(f"{shop.url}/checkout")
    assert jun.url.endswith("/cart")
    assert "Somebody was faster" in jun.locator(".c-notices").inner_text()
    ada.goto(f"{shop.url}/cart")
    assert "Held for you" in ada.locator("#line-JAR").inner_text()
    buy_what_is_in_the_cart(ada)
    wait_for_text(ada, "h1", "Thank you")
    assert shop.stock("JAR")["available"] == 0


def test_a_hold_counts_down_and_is_extended_in_place(shop, new_page):
    page = new_page(viewport=DESK)
    page.clock.install()
    put_into_cart(page, f"{shop.url}/products/cup")
    page.goto(f"{shop.url}/checkout/contact")
    page.locator("#name").fill("Ada")

    page.clock.fast_forward(8 * 60 * 1000 + 1000)
    wait_for_text(page, "[data-hold-said]", "two more minutes")
    page.clock.fast_forward(90 * 1000)
    wait_for_text(page, "[data-hold-said]", "thirty more seconds")
    page.clock.fast_forward(30 * 1000)
    wait_for_text(page, "#hold", "Your hold has ended.")
    press(page, "Hold it again")
    wait_for_text(page, "#hold", re.compile(r"(10:00|9:5\d) left"))

    assert page.locator("#name").input_value() == "Ada"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk light", "phone dark"]
)
def test_axe_finds_nothing_on_the_way_and_nothing_scrolls_sideways(shop, new_page, size, scheme):
    page = new_page(viewport=size, color_scheme=scheme)
    problems = {}

    def look(name):
        problems[name] = [*violations(page), *(["scrolls sideways"] if overflow(page) > 0 else [])]

    page.goto(f"{shop.url}/cart")
    look("empty cart")
    put_into_cart(page, f"{shop.url}/products/cup")
    page.wait_for_function("() => document.querySelector('#drawer').getAnimations().length === 0")
    look("drawer")
    page.goto(f"{shop.url}/cart")
    look("cart")
    page.goto(f"{shop.url}/checkout/contact")
    press(page, "Go on to delivery")
    page.wait_for_selector("[role='alert']")
    look("address with mistakes")
    fill_address(page)
    page.wait_for_url("**/delivery")
    look("delivery")
    press(page, "Go on to payment")
    page.wait_for_url("**/payment")
    look("payment")
    page.locator("#card").fill(CARD)
    press(page, re.compile("^Pay "))
    page.wait_for_url("**/orders/**")
    look("order")
    page.goto(page.url.replace("?", "/receipt?"))
    look("receipt")
    page.goto(f"{shop.url}/orders")
    look("orders")

    assert {name: found for name, found in problems.items() if found} == {}
