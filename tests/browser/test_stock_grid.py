"""The stock list in a real browser: two people at one row, a keyboard, a phone, and no script at all."""

import pytest

from tests.browser.test_pages import overflow, violations
from tests.factories import PASSWORD, make_product, make_user
from tests.support.shop import open_shop

pytestmark = [pytest.mark.browser, pytest.mark.processes]

SKUS = ["BOWL", "CUP", "JUG", "LAMP", "MUG", "PLATE", "VASE"]


def small_shelf():
    for sku in SKUS:
        make_product(sku=sku, name=f"Quay {sku.lower()}", stock=12, threshold=5)
    make_user("staff", email="mira@example.test", name="Mira Stone")
    make_user("staff", email="tomas@example.test", name="Tomas Rey")


@pytest.fixture(scope="module")
def shop():
    with open_shop(seed=small_shelf) as shop:
        yield shop


@pytest.fixture(scope="module")
def signed_in():
    """What the browser keeps of each who signed in: who does it too often has to wait."""
    return {}


@pytest.fixture
def open_list(shop, new_page, signed_in):
    def open_it(name="mira", query="", **options):
        page = new_page(storage_state=signed_in.get(name), **options)
        page.goto(f"{shop.url}/staff/inventory{query}")
        if name not in signed_in:
            page.locator("#email").fill(f"{name}@example.test")
            page.locator("#password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_selector(".c-staff-nav")
            signed_in[name] = page.context.storage_state()
        page.locator("tbody tr").first.wait_for()
        if options.get("java_script_enabled", True):
            page.locator(".p-grid__head [data-live-chip][data-state=live]").wait_for()
        return page

    return open_it


def row(page, sku):
    return page.locator(f"#row-{sku}")


def edit(page, sku):
    row(page, sku).get_by_role("button", name="Edit on hand").click()
    page.locator(f"#row-{sku} input[name=units]:focus").wait_for()


def save(page, sku, units, reason="Counted"):
    edit(page, sku)
    page.keyboard.type(units)
    row(page, sku).get_by_label("Reason").fill(reason)
    page.keyboard.press("Enter")
    page.locator(f"#row-{sku}:not([data-editing])").wait_for()


def focused(page):
    return page.evaluate("document.activeElement.closest('tr')?.id + ' ' + document.activeElement.className")


def test_two_people_at_one_row_lose_nothing(shop, open_list):
    mira, tomas = open_list("mira"), open_list("tomas")
    edit(tomas, "CUP")
    tomas.keyboard.type("43")
    row(tomas, "CUP").get_by_label("Reason").fill("Counted twice")

    save(mira, "CUP", "41")

    row(tomas, "CUP").get_by_text("Changed meanwhile by Mira Stone").wait_for()
    assert row(tomas, "CUP").get_by_label("On hand").last.input_value() == "43"
    tomas.keyboard.press("Enter")
    question = "Mira Stone set it to 41 while you were typing. Keep 41 or set 43?"
    row(tomas, "CUP").get_by_text(question).wait_for()
    assert shop.stock("CUP")["onHand"] == 41
    assert violations(tomas) == []
    row(tomas, "CUP").get_by_role("button", name="Set 43").click()
    row(tomas, "CUP").get_by_role("button", name="Edit on hand of Quay cup, Chalk, 43").wait_for()
    assert shop.stock("CUP")["onHand"] == 43
    # Mira's focus is in that row, so it tells her and waits until she is elsewhere.
    row(mira, "CUP").get_by_text("Changed meanwhile by Tomas Rey").wait_for()
    mira.locator("#stock-q").focus()
    row(mira, "CUP").get_by_role("button", name="Edit on hand of Quay cup, Chalk, 43").wait_for()


def test_keeping_what_the_other_set_closes_the_row_with_it(shop, open_list):
    page = open_list()
    edit(page, "BOWL")
    page.keyboard.type("5")
    row(page, "BOWL").get_by_label("Reason").fill("Counted")
    shop.change_stock("BOWL", "add", 8)

    page.keyboard.press("Enter")
    row(page, "BOWL").get_by_role("button", name="Keep 20").click()

    row(page, "BOWL").get_by_role("button", name="Edit on hand of Quay bowl, Chalk, 20").wait_for()
    assert shop.stock("BOWL")["onHand"] == 20


def test_a_change_elsewhere_shows_in_its_row_and_keeps_ticks_and_focus(shop, open_list):
    page = open_list()
    row(page, "JUG").get_by_role("checkbox").check()
    page.locator("#stock-q").evaluate("(input) => input.focus()")
    row(page, "VASE").get_by_role("checkbox").focus()

    shop.change_stock("JUG", "add", 5)

    row(page, "JUG").get_by_role("button", name="Edit on hand of Quay jug, Chalk, 17").wait_for()
    assert row(page, "JUG").get_by_role("checkbox").is_checked()
    assert focused(page).startswith("row-VASE")


def test_the_keyboard_alone_edits_leaves_undoes_and_ticks(shop, open_list):
    page = open_list(query="?q=mug")
    row(page, "MUG").get_by_role("button").focus()

    page.keyboard.press("Space")
    page.locator("#row-MUG input[name=units]:focus").wait_for()
    page.keyboard.press("Escape")
    page.locator("#row-MUG:not([data-editing])").wait_for()
    assert focused(page) == "row-MUG p-grid__edit"

    page.keyboard.press("Enter")
    page.locator("#row-MUG input[name=units]:focus").wait_for()
    page.keyboard.type("+5")
    page.keyboard.press("Enter")
    page.get_by_text("Say why").wait_for()
    page.locator("#row-MUG input[name=reason]:focus").wait_for()
    page.keyboard.type("From the kiln")
    page.keyboard.press("Enter")
    page.get_by_text("12 → 17 on hand").wait_for()
    assert focused(page) == "row-MUG p-grid__edit"

    page.keyboard.press("Enter")
    page.locator("#row-MUG input[name=units]:focus").wait_for()
    assert row(page, "MUG").get_by_label("Reason").input_value() == "From the kiln"
    page.keyboard.press("Escape")
    page.locator("#row-MUG:not([data-editing])").wait_for()
    page.keyboard.press("Control+z")
    page.get_by_text("MUG is back to where it was").wait_for()
    assert shop.stock("MUG")["onHand"] == 12

    row(page, "MUG").get_by_role("checkbox").focus()
    page.keyboard.press("Space")
    page.get_by_text("1 selected").wait_for()
    assert not page.locator("#stock-q").is_visible()
    page.get_by_role("button", name="Clear").press("Enter")
    page.locator("#stock-q").wait_for()


def test_the_undo_goes_after_ten_seconds(shop, open_list):
    page = open_list()
    page.clock.install()
    save(page, "PLATE", "9")

    page.clock.fast_forward(9_000)
    assert page.get_by_role("button", name="Undo").is_visible()
    page.clock.fast_forward(2_000)
    page.get_by_role("button", name="Undo").wait_for(state="detached")


def test_the_chip_says_when_the_socket_is_gone(open_list):
    page = open_list()
    page.context.set_offline(True)

    page.locator(".p-grid__head [data-live-chip][data-state=offline]").wait_for(timeout=15_000)
    page.context.set_offline(False)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_in_any_state(open_list, width, scheme):
    page = open_list(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.emulate_media(reduced_motion="reduce")
    found = {"list": (violations(page), overflow(page))}
    edit(page, "LAMP")
    row(page, "LAMP").get_by_label("On hand").last.fill("many")
    page.keyboard.press("Enter")
    page.get_by_text("Say why").wait_for()
    found["wrong"] = (violations(page), overflow(page))
    page.keyboard.press("Escape")
    page.locator("#row-LAMP:not([data-editing])").wait_for()
    save(page, "LAMP", "12" if scheme == "dark" else str(width % 50))
    found["saved"] = (violations(page), overflow(page))
    for sku in ("VASE", "JUG"):
        row(page, sku).get_by_role("checkbox").check()
    found["ticked"] = (violations(page), overflow(page))
    page.get_by_role("button", name="Adjust…").click()
    page.locator("#units").wait_for()
    found["bulk"] = (violations(page), overflow(page))
    page.locator("#units").fill("99")
    page.locator("#operation").select_option("remove")
    page.locator("#reason").fill("Gone")
    page.get_by_role("button", name="Preview").click()
    page.get_by_text("cannot be changed like this").wait_for()
    found["preview"] = (violations(page), overflow(page))
    page.goto(page.url.replace("/bulk", "?q=zzzz"))
    found["nothing"] = (violations(page), overflow(page))

    assert {state: problems for state, problems in found.items() if problems != ([], 0)} == {}


def test_on_a_phone_a_row_is_a_card_that_can_be_edited(open_list, shop):
    page = open_list(viewport={"width": 390, "height": 844})

    card = row(page, "VASE")
    assert "Available 12" in card.inner_text()
    assert not card.locator(".p-grid__changed").is_visible()
    save(page, "VASE", "+1")

    assert shop.stock("VASE")["onHand"] == 13
    assert overflow(page) == 0


def test_without_a_script_rows_are_ticked_changed_in_bulk_and_undone(open_list, shop):
    page = open_list(java_script_enabled=False)
    before = {sku: shop.stock(sku)["onHand"] for sku in ("BOWL", "JUG")}

    row(page, "BOWL").get_by_role("link", name="BOWL").click()
    assert page.url.endswith("/staff/inventory/sku/BOWL")
    page.go_back()
    row(page, "BOWL").get_by_role("button", name="Edit on hand").click()
    assert page.url.endswith("/staff/inventory/sku/BOWL")
    page.go_back()
    for sku in before:
        row(page, sku).get_by_role("checkbox").check()
    page.get_by_role("button", name="Adjust…").click()
    page.locator("#units").fill("4")
    page.locator("#reason").fill("From the kiln")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Change 2 SKUs").click()
    assert {sku: shop.stock(sku)["onHand"] for sku in before} == {
        sku: units + 4 for sku, units in before.items()
    }
    page.get_by_role("button", name="Undo").click()

    assert page.get_by_text("This was undone").is_visible()
    assert {sku: shop.stock(sku)["onHand"] for sku in before} == before
