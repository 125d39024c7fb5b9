"""The shop's owner at work in a real browser, and shoppers who look on."""

import io
import os

import pytest
from PIL import Image

from app.demo.seed import seed_shop
from tests.browser.test_live_badge import open_product, wait_for_text
from tests.browser.test_pages import overflow, violations
from tests.support.shop import open_shop

pytestmark = [pytest.mark.browser, pytest.mark.processes]

PAGES = {
    "list": "",
    "new": "/new",
    "product": "/products/1",
    "variant": "/products/1?variant=1",
    "picture": "/products/1?picture=1",
    "categories": "/categories?edit=2",
    "import": "/import",
    "nothing found": "?q=zzzz",
}


@pytest.fixture(scope="module")
def demo():
    """The whole ceramics shop with its workers."""
    with open_shop("redis", "web", "live", "clock", "worker", seed=seed_shop) as shop:
        yield shop


def open_staff(new_page, demo, path="", **options):
    page = new_page(**options)
    page.goto(f"{demo.url}/login?next=/staff/catalogue{path}")
    page.locator("#email").fill("tomas@kilnmark.example")
    page.locator("#password").fill("kiln-inventory-1")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_selector(".c-staff-nav")
    return page


def find_product(page, demo, name):
    page.goto(f"{demo.url}/staff/catalogue?q={name}")
    page.locator(".p-edit__product").first.click()


def change_price(page, price):
    page.locator("#variants a[aria-label^='Edit ']").first.click()
    page.locator("#edit-price").fill(price)
    page.get_by_role("button", name="Save variant").click()
    page.wait_for_selector(".c-notice--success")


def noise(size):
    """More than other forms may send."""
    body = io.BytesIO()
    Image.frombytes("RGB", (size, size), os.urandom(3 * size * size)).save(body, "PNG")
    return body.getvalue()


@pytest.mark.slow
def test_a_price_moves_on_open_pages_within_a_second_of_its_edit(demo, new_page):
    shopper = open_product(new_page, demo, "/products/furrow-vase")
    shelf = open_product(new_page, demo, "/search?q=furrow")
    shopper.evaluate("window.stayed = true")
    sku = shopper.locator(".p-product__now [data-price]").get_attribute("data-price")
    staff = open_staff(new_page, demo)
    find_product(staff, demo, "furrow")

    took = []
    # A busy machine holds up one change; a slow shop each of them.
    for cents in (45, 46, 47):
        change_price(staff, f"123,{cents}")
        took.append(wait_for_text(shopper, f"[data-price='{sku}']", f"€123.{cents}"))

    assert min(took) < 1
    shelf.wait_for_function("document.querySelector('[data-item-price]').textContent.includes('€')")
    assert shopper.evaluate("window.stayed"), "the page was loaded again"


def test_a_new_name_and_the_end_of_a_product_reach_open_pages(demo, new_page):
    shopper = open_product(new_page, demo, "/products/quay-mug")
    staff = open_staff(new_page, demo)
    find_product(staff, demo, "quay")

    staff.locator("#name").fill("Pier mug & saucer")
    staff.get_by_role("button", name="Save texts").click()
    wait_for_text(shopper, "h1 [data-item-name]", "Pier mug & saucer")
    staff.get_by_role("button", name="Archive").click()
    shopper.wait_for_selector("[data-item-notice] .c-notice")
    staff.get_by_role("button", name="Undo").click()
    shopper.wait_for_selector("[data-item-notice]:empty", state="attached")
    assert "is in the shop now" in staff.locator(".c-notices").inner_text()


def test_a_product_with_a_picture_is_made_by_form_and_sold_by_the_end(demo, new_page):
    staff = open_staff(new_page, demo, "/new")
    staff.locator("#name").fill("Reed jug")
    staff.locator("#category_id").select_option(label="Vases")
    staff.get_by_role("button", name="Save as a draft").click()
    assert staff.get_by_role("button", name="Put into the shop").is_disabled()

    staff.locator("#add-glaze").fill("Cobalt")
    staff.locator("#add-price").fill("48,00")
    staff.locator("#add-sku").fill("JUG-REED")
    staff.get_by_role("button", name="Add variant").click()
    staff.locator("#picture-file").set_input_files(
        {"name": "jug.png", "mimeType": "image/png", "buffer": noise(800)}
    )
    staff.locator("#picture-alt").fill("A cobalt jug")
    staff.get_by_role("button", name="Upload picture").click()
    staff.wait_for_selector(".p-picture img[src$='.webp']", timeout=20_000)
    staff.get_by_role("button", name="Put into the shop").click()
    staff.wait_for_selector(".c-state--active")

    shopper = open_product(new_page, demo, "/products/reed-jug")
    assert shopper.locator(".c-gallery img").first.evaluate("each => each.naturalWidth") > 300
    assert shopper.locator("[data-stock='JUG-REED']").first.inner_text().strip() == "Sold out"


def test_without_a_script_a_product_is_added_and_a_variant_with_it(demo, new_page):
    staff = open_staff(new_page, demo, "/new", java_script_enabled=False)
    staff.locator("#name").fill("Rush jug")
    staff.get_by_role("button", name="Save as a draft").click()
    staff.locator("#add-glaze").fill("Ash")
    staff.locator("#add-price").fill("48")
    staff.locator("#add-sku").fill("JUG-RUSH")
    staff.get_by_role("button", name="Add variant").click()

    assert "JUG-RUSH is added" in staff.locator(".c-notices").inner_text()


def test_a_wrong_upload_is_refused_in_place_and_the_text_stays(demo, new_page):
    staff = open_staff(new_page, demo, "/products/2")
    staff.locator("#pictures summary").click()
    staff.locator("#picture-alt").fill("A text")
    staff.locator("#picture-file").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": b"text"}
    )
    staff.get_by_role("button", name="Upload picture").click()

    staff.wait_for_selector("#picture-file-error")
    assert staff.locator("#picture-alt").input_value() == "A text"
    assert staff.evaluate("document.activeElement.id") == "picture-file"


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_on_the_owners_pages(demo, new_page, width, scheme):
    page = open_staff(new_page, demo, viewport={"width": width, "height": 900}, color_scheme=scheme)
    problems = {}
    for name, path in PAGES.items():
        page.goto(f"{demo.url}/staff/catalogue{path}")
        problems[name] = [*violations(page), *(["scrolls sideways"] if overflow(page) > 0 else [])]

    assert {name: found for name, found in problems.items() if found} == {}
