"""The SKU's page, the holds and the count in a real browser: live, by keyboard, and for everybody."""

import pytest

from app.core.database import run_transaction, transaction
from app.inventory import locations, reservations, rollups
from app.inventory.ledger import Origin
from app.inventory.reservations import Party
from tests.browser.test_pages import overflow, sign_in, violations
from tests.factories import unlock_ledger
from tests.inventory.test_trends import date_back
from tests.support.shop import open_shop, small_assortment
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.processes]

BY_TEST = Origin("test", "Reserved")


def stocked():
    from app.demo.accounts import DEMO_ACCOUNTS
    from app.security.users import create_user

    small_assortment()
    unlock_ledger()
    date_back(2)
    rollups.roll_up()
    for role, email, password in DEMO_ACCOUNTS:
        create_user(email, email.split("@")[0].title(), role, password)
    with transaction():
        locations.add_location("loft", "The loft", actor="test", role="staff")
    for owner, units in (("ext:market-stall", {"CUP": 2, "VASE": 1}), ("visitor:9f3a21", {"CUP": 1})):
        run_transaction(
            lambda owner=owner, units=units: reservations.reserve(Party(owner), units, None, BY_TEST)
        )


@pytest.fixture(scope="module")
def stock_shop():
    with open_shop(seed=stocked) as shop:
        yield shop


@pytest.fixture(scope="module")
def login():
    """The cookies of one sign-in: the shop takes ten a minute, and the tests are quicker than that."""
    return {}


@pytest.fixture
def open_page(stock_shop, new_page, login):
    def open_page(path, **options):
        page = new_page(**{"viewport": {"width": 1440, "height": 900}, **login, **options})
        page.goto(stock_shop.url + path)
        if not login:
            sign_in(page)
            login["storage_state"] = page.context.storage_state()
        return page

    return open_page


def live(page):
    """Asked from here: a function that waits in the page would need eval, which the policy forbids."""
    wait_for(lambda: page.evaluate("window.liveshelf?.state().state === 'live'"), 8, "the socket")


def figure(page, name):
    return page.locator(f"#sku-figures dt:text-is('{name}') + dd")


@pytest.mark.slow
def test_figures_follow_and_take_neither_focus_nor_what_was_typed(stock_shop, open_page):
    page = open_page("/staff/inventory/sku/CUP")
    live(page)
    page.locator("#reason").fill("half a sen")
    page.locator("#chart-table > summary").click()
    page.get_by_role("link", name="Release the hold of Program market-stall").focus()
    before = int(figure(page, "On hand").inner_text())

    stock_shop.change_stock("CUP", "add", 7)

    page.get_by_role("heading", name=f"Why is it {before + 7}?").wait_for()
    assert figure(page, "On hand").inner_text() == str(before + 7)
    assert page.evaluate("document.activeElement.textContent").startswith("Release")
    assert page.locator("#reason").input_value() == "half a sen"
    assert page.locator("#chart-table").get_attribute("open") is not None


def test_when_the_hold_under_the_focus_goes_its_region_takes_it(stock_shop, open_page):
    body = {"ownerId": "passing", "productId": "LAMP", "quantity": 1}
    stock_shop.change_stock("LAMP", "add", 3)
    stock_shop.send("PATCH", "/api/realtime/inventory", body)
    page = open_page("/staff/inventory/sku/LAMP")
    live(page)
    page.get_by_role("link", name="Release the hold of Program passing").focus()

    stock_shop.send("PATCH", "/api/realtime/inventory", {**body, "quantity": 0})

    page.get_by_text("Nobody holds any").wait_for()
    assert page.evaluate("document.activeElement.id") == "sku-holds"


def test_a_hold_is_released_with_the_keyboard(stock_shop, open_page):
    stock_shop.send(
        "PATCH", "/api/realtime/inventory", {"ownerId": "keys", "productId": "VASE", "quantity": 1}
    )
    page = open_page("/staff/inventory/sku/VASE")

    page.get_by_role("link", name="Release the hold of Program keys").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Reason").fill("abandoned")
    page.keyboard.press("Enter")

    page.get_by_text("1 hold is released.").wait_for()
    assert page.url.endswith("/staff/inventory/sku/VASE")
    assert page.get_by_text("Program keys").count() == 0


def test_ticks_stay_while_the_list_of_holds_follows(stock_shop, open_page):
    page = open_page("/staff/inventory/holds")
    live(page)
    page.get_by_role("checkbox", name="Program market-stall").check()

    stock_shop.send(
        "PATCH", "/api/realtime/inventory", {"ownerId": "newcomer", "productId": "CUP", "quantity": 1}
    )

    page.get_by_role("cell", name="Program newcomer").last.wait_for()
    assert page.get_by_role("checkbox", name="Program market-stall").is_checked()


def test_a_count_goes_from_field_to_field_with_enter(open_page):
    page = open_page("/staff/inventory/count?skus=LAMP,VASE")
    fields = page.locator("[data-count-input]")
    wait_for(lambda: page.evaluate("document.activeElement.id") == "count-1", 8, "the focus")
    assert not page.locator(".p-count__expected").first.is_visible()

    page.get_by_text("Show what is expected").click()
    assert page.locator(".p-count__expected").first.is_visible()
    for field in fields.all():
        field.focus()
        expected = field.locator("xpath=preceding-sibling::p").inner_text().split()[-1]
        page.keyboard.type(expected)
        page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.textContent") == "Save the count"
    page.keyboard.press("Enter")

    page.get_by_text("2 counted, 2 equal").wait_for()


PAGES = {
    "sku": "/staff/inventory/sku/CUP",
    "older": "/staff/inventory/sku/CUP?show=holds&before=99999",
    "holds": "/staff/inventory/holds",
    "no holds": "/staff/inventory/holds?owner=zzz",
    "release": "/staff/inventory/holds/release?",
    "locations": "/staff/inventory/locations",
    "choose": "/staff/inventory/count",
    "sheet": "/staff/inventory/count?all=1",
}


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1440])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(stock_shop, open_page, width, scheme):
    page = open_page("/staff/inventory/holds", viewport={"width": width, "height": 900}, color_scheme=scheme)
    ticks = [box.get_attribute("value") for box in page.locator("input[name=hold]").all()]
    problems = {}
    for name, path in PAGES.items():
        page.goto(
            stock_shop.url + path + ("".join(f"&hold={id}" for id in ticks) if name == "release" else "")
        )
        page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true })")
        problems[name] = [*violations(page), *(["scrolls sideways"] if overflow(page) > 0 else [])]
    page.locator("[data-count-input]").first.fill("abc")
    page.get_by_role("button", name="Save the count").click()
    page.locator(".p-count__problem").wait_for()
    problems["count with a problem"] = violations(page)

    assert {name: found for name, found in problems.items() if found} == {}


def test_without_a_script_a_hold_is_released_and_a_shelf_is_counted(stock_shop, open_page):
    stock_shop.send(
        "PATCH", "/api/realtime/inventory", {"ownerId": "plain", "productId": "VASE", "quantity": 1}
    )
    page = open_page("/staff/inventory/sku/VASE", java_script_enabled=False)

    page.get_by_role("link", name="Release the hold of Program plain").click()
    page.get_by_label("Reason").fill("abandoned")
    page.get_by_role("button", name="Release the hold").click()
    assert "1 hold is released" in page.locator(".c-notices").inner_text()
    page.goto(stock_shop.url + "/staff/inventory/count?skus=VASE")
    page.locator("[data-count-input]").fill("4")
    page.get_by_role("button", name="Save the count").click()

    assert "1 corrected" in page.locator(".c-notices").inner_text()
