"""The reports in a real browser, with the demo's invented past."""

import pytest

from app.demo.seed import seed_shop
from tests.browser.test_pages import overflow, sign_in, violations
from tests.support.shop import open_shop

pytestmark = [pytest.mark.browser, pytest.mark.processes]

PATH = "/staff/inventory/analytics"


def test_axe_finds_nothing_and_nothing_scrolls_sideways(new_page):
    problems = {}
    with open_shop(seed=seed_shop) as shop:
        for width in (390, 1440):
            page = new_page(viewport={"width": width, "height": 900})
            page.goto(shop.url + PATH)
            sign_in(page)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                for query in ("", "?days=90&show=dead", "?q=zzzz"):
                    page.goto(shop.url + PATH + query)
                    page.evaluate(
                        "document.querySelectorAll('main details').forEach((each) => { each.open = true })"
                    )
                    found = [*violations(page), *(["scrolls sideways"] if overflow(page) > 0 else [])]
                    problems[width, scheme, query] = found

    assert {name: found for name, found in problems.items() if found} == {}
