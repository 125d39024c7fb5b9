"""Importing stock in a real browser with a real worker: from the file to its result, and back."""

import pytest

from app.demo.seed import seed_shop
from tests.browser.test_pages import overflow, sign_in, violations
from tests.support.shop import CORE, open_shop

pytestmark = [pytest.mark.browser, pytest.mark.processes]

IMPORT = "/staff/inventory/import"
WORKER_MS = 40_000
WRONG = "sku,change,reason\ntest-product,+5,From the kiln\ntest-prduct,+1,\ntest-product,1,\n"


@pytest.fixture(scope="module")
def demo():
    """The whole ceramics shop, with a worker."""
    with open_shop(*CORE, "worker", seed=seed_shop) as shop:
        yield shop


def open_import(page, shop):
    page.goto(shop.url + IMPORT)
    if page.locator("#email").count():
        sign_in(page)


def upload(page, text, name="stock.csv"):
    page.locator("#file").set_input_files({"name": name, "mimeType": "text/csv", "buffer": text.encode()})
    page.locator("#reason").fill("Stock-take")
    page.get_by_role("button", name="Check the rows").click()
    page.wait_for_url("**/import/*")


def export(page, shop):
    """The exported rows, as lines."""
    return page.request.get(f"{shop.url}/staff/inventory/export.csv").text().splitlines()


def problems(page):
    return [*violations(page), *(["scrolls sideways"] if overflow(page) > 0 else [])]


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_from_the_file_to_its_result_and_back_on_a_phone(demo, new_page, scheme):
    page = new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    open_import(page, demo)
    found = {"upload": problems(page)}
    before = demo.stock("test-product")["onHand"]

    upload(page, WRONG)
    found["preview"] = problems(page)
    assert "did you mean test-product?" in page.locator(".p-import__rows").inner_text()
    assert demo.stock("test-product")["onHand"] == before
    page.get_by_role("button", name="Apply 1 change").click()
    page.get_by_role("heading", name="Import applied").wait_for(timeout=WORKER_MS)
    found["result"] = problems(page)
    assert demo.stock("test-product")["onHand"] == before + 5

    page.get_by_role("button", name="Undo this import").click()
    page.get_by_role("heading", name="Import undone").wait_for(timeout=WORKER_MS)
    found["undone"] = problems(page)
    assert demo.stock("test-product")["onHand"] == before
    page.goto(demo.url + IMPORT)
    found["list"] = problems(page)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.slow
def test_progress_is_shown_while_the_worker_is_away_and_ends_with_the_result(demo, new_page):
    page = new_page(viewport={"width": 390, "height": 844})
    open_import(page, demo)
    demo.kill("worker")
    skus = [line.split(",")[0] for line in export(page, demo)[1:]]
    upload(page, "sku,threshold\n" + "".join(f"{sku},4\n" for sku in skus))

    page.get_by_role("button", name="Apply").click()
    page.get_by_text("Waiting for a worker").wait_for()
    assert problems(page) == []
    demo.start("worker")

    page.get_by_role("heading", name="Import applied").wait_for(timeout=WORKER_MS)


def test_an_import_works_without_a_script(demo, new_page):
    page = new_page(java_script_enabled=False)
    open_import(page, demo)
    before = demo.stock("test-product")["onHand"]
    page.locator("#text").fill("sku\tchange\ntest-product\t+3")
    page.locator("#reason").fill("From the kiln")
    page.get_by_role("button", name="Check the rows").click()

    page.get_by_role("button", name="Apply 1 change").click()

    page.get_by_role("heading", name="Import applied").wait_for(timeout=WORKER_MS)  # the page reloads itself
    assert demo.stock("test-product")["onHand"] == before + 3
