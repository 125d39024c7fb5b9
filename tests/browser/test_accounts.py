"""From the first visit to an account of one's own, by the keyboard alone."""

import re

import pytest

from tests.factories import PASSWORD
from tests.support.shop import open_shop
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.processes]

EMAIL = "ada@example.test"
LINK = re.compile(r"http://\S+/register/\S+")


@pytest.fixture(scope="module")
def shop():
    with open_shop("redis", "web", "live", "clock", "worker") as shop:
        yield shop


def type_in(page, **fields):
    """Goes from field to field as people without a mouse do, and sends the form."""
    for name, text in fields.items():
        while page.evaluate("document.activeElement.name") != name:
            page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Enter")


def press(page, name):
    """Tab to what has this name, and press it."""
    target = page.locator("a:visible, button:visible").filter(has_text=name).first
    while not target.evaluate("each => each === document.activeElement"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")


def mailed_link(page, shop):
    def look():
        page.goto(f"{shop.url}/mails")
        link = page.get_by_role("link", name="Open your account")
        return link.get_attribute("href") if link.count() else None

    page.goto(shop.url + wait_for(look, what="the mail"))
    return LINK.search(page.locator(".p-mail").last.inner_text()).group()


def test_from_the_first_visit_to_ones_own_page_without_a_mouse(shop, page):
    page.goto(f"{shop.url}/login?next=/products/cup")
    press(page, "Create an account")
    page.get_by_role("heading", name="Create an account").wait_for()
    type_in(page, name="Ada Novak", email=EMAIL, password=PASSWORD)
    page.get_by_role("heading", name="Look into your mail").wait_for()

    page.goto(mailed_link(page, shop))
    type_in(page, password=PASSWORD)
    page.wait_for_url(f"{shop.url}/products/cup")
    page.get_by_text("Your account is open.").wait_for()

    page.goto(f"{shop.url}/login?next=/account")
    page.wait_for_url(f"{shop.url}/account")
    page.evaluate("document.querySelector(\"form[action='/logout']\").submit()")
    page.get_by_text("You are signed out.").wait_for()
    page.goto(f"{shop.url}/login?next=/account")
    type_in(page, email=EMAIL, password=PASSWORD)
    page.get_by_role("heading", name="Where you are signed in").wait_for()
    assert page.locator("#sessions li").count() == 1

    type_in(page, current_password=PASSWORD, new_password="seven blue teapots")
    page.get_by_text("Your password is changed").wait_for()
