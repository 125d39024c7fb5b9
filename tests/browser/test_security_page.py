"""An attack on a running shop, as an admin sees it: it appears by itself, is explained, and is ended."""

import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect

from tests.browser.told import sign_in
from tests.factories import make_user
from tests.support.shop import open_shop, small_assortment
from tests.support.waiting import wait_for

ATTACKER = "203.0.113.66"
MIRA = "mira@example.test"


def seed():
    small_assortment()
    make_user("admin", email=MIRA)


@pytest.fixture(scope="module")
def watched_shop():
    """Behind a proxy, so that the attacker has an address of its own; two processes, of which one is attacked."""
    with open_shop(seed=seed, TRUSTED_PROXIES="1", THREAT_MODE="block", WEB_WORKERS="2") as shop:
        yield shop


def ask(shop, path):
    request = urllib.request.Request(shop.url + path, headers={"X-Forwarded-For": ATTACKER})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@pytest.mark.slow
def test_an_attack_appears_by_itself_and_the_admin_ends_the_block(watched_shop, browser, new_page):
    page = new_page(storage_state=sign_in(browser, watched_shop.url, MIRA))
    page.goto(f"{watched_shop.url}/staff/security")
    expect(page.get_by_text("Nobody is kept out", exact=True)).to_be_visible()

    for path in ("/.env", "/.git/config"):
        ask(watched_shop, path)
    wait_for(lambda: {ask(watched_shop, "/cart/count") for _ in range(6)} == {403}, 10, "both processes")

    page.get_by_role("link", name=ATTACKER, exact=True).click()
    expect(page.get_by_text("GET /.git/config")).to_be_visible()
    page.get_by_role("textbox", name="Why").fill("Our own scanner")
    page.get_by_role("button", name="Let it in").click()
    expect(page.get_by_text("may come in again")).to_be_visible()
    wait_for(lambda: {ask(watched_shop, "/cart/count") for _ in range(6)} == {200}, 10, "both processes")
