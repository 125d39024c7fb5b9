"""Every page in a real browser: on a phone and a desk, light and dark, with and without a script or a mouse."""

from importlib.resources import files

import pytest

from app.demo.seed import seed_shop
from tests.support.shop import open_shop

pytestmark = [pytest.mark.browser, pytest.mark.processes]

PAGES = {
    "home": "/",
    "category": "/categories/vases",
    "filtered": "/categories/tableware?glaze=Cobalt&stock=now&sort=price",
    "product": "/products/harbour-vase",
    "sold out": "/products/kelda-amphora",
    "search": "/search?q=mug",
    "nothing found": "/search?q=zzzz",
    "no such page": "/nope",
    "login": "/login",
    "register": "/register",
    "forgotten password": "/password",
    "mails": "/mails",
    "API": "/api/docs",
    "components": "/dev/ui",
}
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}"


@pytest.fixture(scope="module")
def demo():
    """The whole ceramics shop."""
    with open_shop(seed=seed_shop) as shop:
        yield shop


def overflow(page):
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def violations(page):
    """What axe finds; run from the test's side, where the page's own policy does not forbid it."""
    page.evaluate(AXE)
    found = page.evaluate(f"axe.run(document, {RULES})")["violations"]
    return [(each["id"], [node["target"] for node in each["nodes"]]) for each in found]


def sign_in(page):
    page.locator("#email").fill("tomas@kilnmark.example")
    page.locator("#password").fill("kiln-inventory-1")
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1440])
def test_the_staff_pages_too(demo, new_page, width):
    page = new_page(viewport={"width": width, "height": 900})
    page.goto(f"{demo.url}/staff/inventory")
    sign_in(page)

    assert (violations(page), overflow(page)) == ([], 0)
    page.goto(f"{demo.url}/staff/inventory/sku/test-product")
    assert (violations(page), overflow(page)) == ([], 0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(demo, new_page, width, scheme):
    page = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    problems = {}
    for name, path in PAGES.items():
        page.goto(demo.url + path)
        problems[name] = [*violations(page), *(["scrolls sideways"] if overflow(page) > 0 else [])]

    assert {name: found for name, found in problems.items() if found} == {}


def test_nothing_scrolls_sideways_on_the_narrowest_phone(demo, new_page):
    page = new_page(viewport={"width": 320, "height": 640})
    wide = []
    for name, path in PAGES.items():
        page.goto(demo.url + path)
        wide += [name] if overflow(page) > 0 else []

    assert wide == []


def test_without_a_script_a_shopper_browses_filters_searches_and_chooses(demo, new_page):
    page = new_page(java_script_enabled=False)
    page.goto(demo.url)

    page.get_by_role("link", name="Vases").first.click()
    page.get_by_label("Cobalt").check()
    page.get_by_role("button", name="Apply filters").click()
    assert "glaze=Cobalt" in page.url
    page.get_by_role("link", name="Harbour vase").click()
    page.get_by_role("link", name="Celadon").click()
    assert "sku=" in page.url
    page.locator("#q").fill("mug")
    page.locator("#q").press("Enter")

    assert page.get_by_role("heading", level=1).inner_text() == "Results for “mug”"


def test_without_a_script_staff_sign_in_and_change_stock(demo, new_page):
    page = new_page(java_script_enabled=False)
    page.goto(f"{demo.url}/staff/inventory/sku/test-product")

    sign_in(page)
    before = demo.stock("test-product")["onHand"]
    page.locator("#quantity").fill("7")
    page.locator("#reason").fill("From the kiln")
    page.get_by_role("button", name="Save the change").click()

    assert f"{before + 7} on hand now" in page.locator(".c-notices").inner_text()


def test_a_filter_replaces_the_results_in_place(demo, new_page):
    page = new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{demo.url}/categories/vases")
    page.evaluate("window.stayed = true")

    page.get_by_label("Cobalt").check()
    page.wait_for_url("**glaze=Cobalt**")

    assert page.evaluate("window.stayed")
    page.go_back()
    page.wait_for_function("!window.stayed && document.readyState === 'complete'")
    assert not page.get_by_label("Cobalt").is_checked()


def test_the_search_field_works_with_the_keyboard_alone(demo, new_page):
    page = new_page(viewport={"width": 1440, "height": 900})
    page.goto(demo.url)
    page.locator("#q").focus()

    page.keyboard.type("harb")
    page.wait_for_selector("#suggestions [role=option] mark")
    page.keyboard.press("ArrowDown")
    assert page.locator("#q").get_attribute("aria-activedescendant")
    page.keyboard.press("Enter")

    page.wait_for_url("**/products/harbour-vase**")


def test_the_skip_link_is_the_first_stop_and_focus_is_visible(demo, new_page):
    page = new_page(viewport={"width": 1440, "height": 900})
    page.goto(demo.url)

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    for _ in range(12):
        page.keyboard.press("Tab")
        style = page.evaluate(
            "(() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle + s.boxShadow })()"
        )
        assert style != "nonenone"


def test_the_theme_is_kept(demo, new_page):
    page = new_page(color_scheme="light")
    page.goto(demo.url)

    with page.expect_response(f"{demo.url}/theme"):  # going on sooner would take it back
        page.get_by_role("button", name="Dark theme").click()
    page.goto(f"{demo.url}/search?q=mug")

    assert page.locator("html").get_attribute("data-theme") == "dark"
