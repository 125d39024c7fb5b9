"""The operations page of a running shop: what happens to it appears by itself."""

import pytest
from playwright.sync_api import expect

from tests.browser.told import look, sign_in
from tests.factories import make_product, make_user
from tests.support.shop import open_shop

pytestmark = [pytest.mark.browser, pytest.mark.processes]
INES = "ines@example.test"
EMPTY = "critical 0 – 0 0 0"
NO_WORKER = "#cause-LiveshelfNoWorker"


def seed():
    make_product(sku="CUP", stock=10, threshold=5)
    make_user("admin", email=INES)


@pytest.fixture
def workerless_shop():
    with open_shop(seed=seed) as shop:
        yield shop


def rows(page, table):
    return page.get_by_role("region", name=f"{table}, as a table").get_by_role("row")


@pytest.mark.slow
def test_a_job_waits_until_a_worker_comes_and_the_board_shows_both(workerless_shop, browser, new_page):
    page = new_page(storage_state=sign_in(browser, workerless_shop.url, INES))
    # What is pushed must be enough; only a page that hears nothing fetches.
    page.route("**/staff/operations/board", lambda route: route.abort())
    look(page, workerless_shop, "/staff/operations")
    page.evaluate("window.stayed = true")
    worker, queue = rows(page, "Processes").filter(has_text="worker"), rows(page, "Queues").nth(1)
    page.locator("#ops-tasks summary").click()
    expect(page.locator(NO_WORKER)).to_contain_text("No worker is running")
    expect(worker).to_have_count(0)
    expect(queue).to_have_text(EMPTY, use_inner_text=True)

    workerless_shop.change_stock("CUP", "remove", 10)
    expect(queue).not_to_have_text(EMPTY, use_inner_text=True)

    workerless_shop.start("worker")
    expect(page.locator(NO_WORKER)).to_have_count(0)
    expect(worker).to_have_count(1)
    expect(queue).to_have_text(EMPTY, use_inner_text=True)
    expect(page.locator("#ops-tasks")).to_have_attribute("open", "", timeout=5_000)
    assert page.evaluate("window.stayed"), "the page was loaded again"
