"""A shopper with a browser: what is bought where, and the way through checkout."""

import re

from tests.factories import make_product, make_user

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
CARD, DECLINED = "4242 4242 4242 4242", "4000 0000 0000 0002"
ADDRESS = {
    "email": "ada@example.test",
    "name": "Ada Novak",
    "line1": "Quay 1",
    "postcode": "10115",
    "city": "Berlin",
}
DRAWER = "#drawer[open]"
COUNT = "[data-cart-count] .c-count"
OUTLINE = """() => {
    const focused = document.activeElement;
    return getComputedStyle(focused.closest('label') ?? focused).outlineStyle;
}"""


def seed():
    make_product(sku="CUP", slug="cup", name="Cup", stock=500, price=2400)
    make_product(sku="BOWL", slug="bowl", name="Bowl", stock=20, price=3000)
    make_product(sku="JAR", slug="jar", name="Jar", stock=1, price=9000)
    make_user("staff", email="mira@example.test")


def wait_for_text(page, selector, text):
    page.locator(selector).filter(has_text=text).first.wait_for(state="attached")


def press(page, name):
    page.get_by_role("button", name=name).first.click()


def tab_to(page, selector):
    """With the keyboard alone, and with a ring around it in the end."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            assert page.evaluate(OUTLINE) != "none", selector
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def put_into_cart(page, address, quantity=1):
    page.goto(address)
    page.locator("#add-quantity").fill(str(quantity))
    press(page, "Add to cart")
    page.wait_for_selector(f"{DRAWER} .c-line")


def fill_address(page):
    for name, value in ADDRESS.items():
        page.locator(f"#{name}").fill(value)
    press(page, "Go on to delivery")


def buy_what_is_in_the_cart(page, card=CARD):
    page.get_by_role("link", name="Check out").click()
    fill_address(page)
    press(page, "Go on to payment")
    page.locator("#card").fill(card)
    press(page, re.compile("^Pay "))
