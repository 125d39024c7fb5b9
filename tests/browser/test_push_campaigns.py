"""The pages of promotions in a real browser, in both looks and widths, and one sent from its first word to its end."""

import pytest

from app.notifications.campaigns import expansion
from tests.browser.test_pages import overflow, violations
from tests.factories import PASSWORD, make_user
from tests.notifications.devices import subscribe
from tests.notifications.test_campaigns import ask_for, send, stop, write
from tests.support.shop import open_shop

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.slow]

PATH = "/staff/notifications/campaigns"


def write_some():
    make_user("staff", email="mira@example.test")
    for number in range(12):
        ask_for(f"visitor:{number}", "push", "page")
        subscribe(f"visitor:{number}")
    sent, stopped = write("Last of the summer bowls"), write("Second thoughts")
    send(sent)
    expansion.expand()
    send(stopped)
    stop(stopped)
    write("Autumn glazes")


@pytest.fixture(scope="module")
def shop():
    with open_shop("redis", "web", "live", seed=write_some) as shop:
        yield shop


def open_as_staff(shop, page, path=PATH):
    page.goto(shop.url + path)
    page.locator("#email").fill("mira@example.test")
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(shop, new_page, width):
    page = new_page(viewport={"width": width, "height": 900})
    open_as_staff(shop, page)
    links = [link.get_attribute("href") for link in page.locator(".p-locations__name a").all()]
    problems = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for path in (PATH, f"{PATH}/new", *links):
            page.goto(shop.url + path)
            problems[scheme, path] = [
                *violations(page),
                *(["scrolls sideways"] if overflow(page) > 0 else []),
            ]

    assert {name: found for name, found in problems.items() if found} == {}


def test_one_is_written_looked_at_and_sent(shop, new_page):
    page = new_page()
    open_as_staff(shop, page, f"{PATH}/new")
    page.get_by_label("Name").fill("Spring")
    page.get_by_label("Title").fill("Spring is here")
    page.get_by_label("Text", exact=True).fill("Flower pots, all of them new.")
    page.get_by_label("Page", exact=True).fill("/new")
    page.get_by_role("button", name="Preview it").click()
    page.locator(".p-look--phone").get_by_text("Spring is here").wait_for()
    page.get_by_role("button", name="Save the draft").click()
    page.get_by_role("link", name="Spring", exact=True).click()
    page.get_by_label("Tell 12 people now").check()
    page.get_by_role("button", name="Send it").click()
    page.get_by_role("button", name="Stop it").wait_for()
    assert page.locator("#progress").is_visible()
