"""The desk's figures and settings, and a shopper's own conversations, in a real browser."""

import pytest

from app.demo.seed import seed_shop
from tests.browser.test_pages import overflow, violations
from tests.support.shop import CORE, open_shop

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.slow]

SETTINGS = "/staff/chat/settings"
PAGES = ("/staff/chat/analytics", SETTINGS, f"{SETTINGS}/hours", f"{SETTINGS}/filters", f"{SETTINGS}/keeping")


@pytest.fixture(scope="module")
def desk():
    with open_shop(*CORE, seed=seed_shop) as shop:
        yield shop


def sign_in(page):
    page.locator("#email").fill("ines@kilnmark.example")
    page.locator("#password").fill("kiln-admin-ines")
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(desk, new_page, width):
    page = new_page(viewport={"width": width, "height": 900})
    page.goto(desk.url + PAGES[0])
    sign_in(page)
    problems = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for path in (*PAGES, "/support/data"):
            page.goto(desk.url + path)
            page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true })")
            found = [*violations(page), *(["scrolls sideways"] if overflow(page) > 0 else [])]
            problems[scheme, path] = found

    assert {name: found for name, found in problems.items() if found} == {}


def test_wrong_hours_are_shown_where_they_stand_and_right_ones_are_saved(desk, new_page):
    page = new_page()
    page.goto(desk.url + f"{SETTINGS}/hours")
    sign_in(page)
    page.get_by_label("Monday").fill("18:00-09:00")
    page.get_by_role("button", name="Save the hours").click()
    page.get_by_text("closes before it opens").wait_for()
    assert page.get_by_label("Monday").input_value() == "18:00-09:00"

    page.get_by_label("Monday").fill("9-18")
    page.get_by_role("button", name="Save the hours").click()
    page.get_by_text("The opening hours are saved").wait_for()
    assert page.get_by_label("Monday").input_value() == "09:00-18:00"
