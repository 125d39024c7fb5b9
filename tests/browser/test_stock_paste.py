"""What the stock list takes from a spreadsheet, which columns it shows, and where pages open, in a real browser."""

import pytest

from tests.browser.test_pages import overflow, violations
from tests.factories import PASSWORD, make_product, make_user
from tests.support.shop import open_shop

pytestmark = [pytest.mark.browser, pytest.mark.processes]

SKUS = ["BOWL", "CUP", "JUG"]
# Pressing the keys would ask the system's clipboard, which a machine without a screen does not have.
PASTE = """
    (text) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData('text/plain', text);
        const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
        document.activeElement.dispatchEvent(event);
    }
"""


def small_shelf():
    for sku in SKUS:
        make_product(sku=sku, name=f"Quay {sku.lower()}", stock=12, threshold=5)
    make_user("staff", email="mira@example.test")


@pytest.fixture(scope="module")
def shop():
    with open_shop(seed=small_shelf) as shop:
        yield shop


@pytest.fixture(scope="module")
def signed_in(shop, browser):
    """Once for all pages: who signs in too often has to wait."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{shop.url}/login")
        page.locator("#email").fill("mira@example.test")
        page.locator("#password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{shop.url}/")
        return context.storage_state()


@pytest.fixture
def open_page(shop, new_page, signed_in):
    def open_it(path="", **options):
        page = new_page(storage_state=signed_in, **options)
        page.goto(f"{shop.url}/staff/inventory{path}")
        page.locator(".c-staff-nav").wait_for()
        return page

    return open_it


def figure(page, sku):
    return page.locator(f"#row-{sku} .p-grid__edit")


@pytest.mark.slow
def test_a_column_fills_the_rows_from_the_figure_it_is_pasted_on(open_page, shop):
    page = open_page()

    figure(page, "CUP").focus()
    page.evaluate(PASTE, "7\r\n9\r\n")
    page.locator("#figures").wait_for()

    assert page.locator("#figures").input_value() == "CUP\t7\nJUG\t9"
    page.get_by_label("Reason").fill("Counted")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Change 2 SKUs").wait_for()
    assert [shop.stock(sku)["onHand"] for sku in SKUS] == [12, 12, 12]
    page.get_by_role("button", name="Change 2 SKUs").click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("This was undone").wait_for()


def test_two_columns_go_by_their_skus_even_from_an_open_edit(open_page):
    page = open_page()
    figure(page, "CUP").click()
    page.locator("#row-CUP input[name=units]:focus").wait_for()

    page.evaluate(PASTE, "JUG\t3\nBOWL\t4\n")
    page.locator("#figures").wait_for()

    assert page.locator("#figures").input_value() == "JUG\t3\nBOWL\t4"


def test_one_figure_or_text_in_another_field_is_pasted_as_ever(open_page):
    page = open_page()
    figure(page, "CUP").click()
    page.locator("#row-CUP input[name=units]:focus").wait_for()
    page.evaluate(PASTE, "7")
    page.locator("#row-CUP").get_by_label("Reason").focus()
    page.evaluate(PASTE, "two\nlines")

    assert page.url.endswith("/staff/inventory")
    assert page.locator("#row-CUP input[name=units]").is_visible()


def test_a_column_is_hidden_at_once_by_the_keyboard_and_stays_so(open_page):
    page = open_page(viewport={"width": 1440, "height": 900})
    chart = page.get_by_role("columnheader", name="14 days")

    page.locator("summary", has_text="Columns").focus()
    page.keyboard.press("Enter")
    with page.expect_response("**/columns"):
        page.get_by_label("14 days").press("Space")
    assert not chart.is_visible()
    assert (violations(page), overflow(page)) == ([], 0)
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"

    page.reload()
    assert not chart.is_visible()
    assert page.get_by_role("columnheader", name="Low at").is_visible()


def test_without_a_script_columns_are_chosen_with_a_button(open_page):
    page = open_page("?q=cup", java_script_enabled=False, viewport={"width": 1440, "height": 900})

    page.locator("summary", has_text="Columns").click()
    page.get_by_label("Low at").uncheck()
    page.get_by_role("button", name="Show these").click()

    assert page.url.endswith("?q=cup")
    assert not page.get_by_role("columnheader", name="Low at").is_visible()


IN_VIEW = """
    () => {
        const { left, right } = document.querySelector('.c-staff-nav [aria-current]').getBoundingClientRect();
        return left >= 0 && right <= innerWidth;
    }
"""
SCROLL_BACK = """
    async () => {
        const list = document.querySelector('.c-staff-nav__list');
        list.scrollLeft = 0;
        for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
        return list.scrollLeft;
    }
"""


def test_on_a_phone_the_navigation_opens_with_its_entry_in_view_and_moves_freely(open_page, shop):
    page = open_page(viewport={"width": 390, "height": 844})
    page.wait_for_function(IN_VIEW)

    page.goto(f"{shop.url}/staff/inventory/analytics")
    page.wait_for_function(IN_VIEW)
    assert page.evaluate(SCROLL_BACK) == 0


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_on_the_way_from_paste_to_preview(open_page, width, scheme):
    page = open_page("/bulk/paste", viewport={"width": width, "height": 900}, color_scheme=scheme)
    found = {"empty": (violations(page), overflow(page))}

    page.get_by_label("SKUs and their figures").fill("CUP -4")
    page.get_by_role("button", name="Preview").click()
    page.locator("#figures-error").wait_for()
    found["wrong"] = (violations(page), overflow(page))
    page.get_by_label("SKUs and their figures").fill("CUP 4\nNOPE 3\nJUG 12")
    page.get_by_label("Reason").fill("Counted")
    page.get_by_role("button", name="Preview").click()
    page.get_by_text("It is not kept here").wait_for()
    found["preview"] = (violations(page), overflow(page))

    assert {state: problems for state, problems in found.items() if problems != ([], 0)} == {}


def test_a_wrong_form_opens_where_it_is_wrong(open_page):
    page = open_page("/sku/CUP", viewport={"width": 390, "height": 500})

    page.get_by_role("button", name="Save the change").click()
    page.locator("[aria-invalid]:focus").wait_for()

    box = page.locator("[aria-invalid]").first.bounding_box()
    assert 0 <= box["y"] <= 500
