"""A second factor by keyboard alone: switched on with the key that the page shows, and asked for at the next sign-in."""

import time
from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import Page, expect

from app.security.users import create_user
from tests.factories import PASSWORD
from tests.support.shop import Shop, open_shop

pytestmark = [pytest.mark.browser, pytest.mark.processes]

MIRA = "mira@example.test"


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with open_shop(seed=lambda: create_user(MIRA, "Mira", "staff", PASSWORD)) as shop:
        yield shop


def type_password(page: Page) -> None:
    page.get_by_label("Email").focus()
    page.keyboard.type(MIRA)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")


def test_it_is_switched_on_and_asked_for_by_keyboard_alone(shop: Shop, page: Page) -> None:
    page.goto(f"{shop.url}/login?next=/account/second-factor")
    type_password(page)
    page.get_by_role("link", name="Set it up").focus()
    page.keyboard.press("Enter")
    codes = pyotp.TOTP(page.locator("[data-key]").inner_text().replace(" ", ""))
    used = codes.now()
    page.get_by_role("textbox", name="Code").focus()
    page.keyboard.type(used)
    page.keyboard.press("Enter")
    expect(page.locator("#codes li")).to_have_count(10)
    page.get_by_role("button", name="Copy").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Copied")

    page.goto(f"{shop.url}/account/second-factor")
    page.get_by_role("button", name="Account of Mira").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sign out").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    page.goto(f"{shop.url}/login?next=/staff/inventory")
    type_password(page)
    page.get_by_role("textbox", name="Code").focus()
    page.keyboard.type(used)
    page.keyboard.press("Enter")
    expect(page.get_by_text("wrong, or was used already")).to_be_visible()
    # The next one counts half a minute early, so nothing here has to wait for it.
    page.get_by_role("textbox", name="Code").fill(codes.at(time.time(), counter_offset=1))
    page.keyboard.press("Enter")
    page.wait_for_url(f"{shop.url}/staff/inventory")
