"""The reports in a real browser, with the demo's invented past."""

import pytest

from app.demo.seed import seed_shop
from tests.browser.test_pages import overflow, sign_in, violations
from tests.support.shop import open_shop

pytestmark = [pytest.mark.browser, pytest.mark.processes]

PATH = "/staff/inventory/analytics"


@pytest.fixture(scope="module")
def reporting_shop():
    with open_shop(seed=seed_shop) as shop:
        yield shop


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(reporting_shop, new_page, width):
    page = new_page(viewport={"width": width, "height": 900})
    page.goto(reporting_shop.url + PATH)
    sign_in(page)
    problems = {}
    for scheme, query in (("light", "?show=dead"), ("dark", "?show=dead"), ("dark", "?q=zzzz&days=90")):
        page.emulate_media(color_scheme=scheme)
        page.goto(reporting_shop.url + PATH + query)
        page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true })")
        problems[scheme, query] = [*violations(page), *(["scrolls sideways"] if overflow(page) > 0 else [])]

    assert {name: found for name, found in problems.items() if found} == {}
