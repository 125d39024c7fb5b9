"""A shop with two agents and a supervisor, who are given nothing: they claim."""

import pytest

from app.chat.access import SYSTEM
from app.chat.console import canned
from app.chat.desk import agents
from app.core.database import run_transaction
from tests.browser.console.acts import DESK, choose_status
from tests.factories import PASSWORD, make_product, make_user
from tests.support.shop import open_shop


def small_desk():
    make_product(sku="VASE", name="Harbour vase", stock=3, threshold=5)
    make_product(sku="BOWL", name="Harbour bowl", stock=0)
    for role, name in (("agent", "Mira"), ("agent", "Jonas"), ("admin", "Ines")):
        user = make_user(role, email=f"{name.lower()}@example.test", name=name)
        run_transaction(lambda user=user: agents.enrol_agent(user))
    run_transaction(lambda: canned.add_canned("vase", "The vase is {{stock:VASE}}.", SYSTEM))
    run_transaction(lambda: canned.add_canned("gone", "It is {{stock:GONE}}.", SYSTEM))


@pytest.fixture(scope="module")
def shop():
    with open_shop(seed=small_desk, CHAT_AUTO_ASSIGN_AGENTS="false") as shop:
        yield shop


@pytest.fixture(scope="module")
def signed_in():
    """What the browser keeps of each who signed in: who does it too often has to wait."""
    return {}


@pytest.fixture
def open_console(shop, new_page, signed_in):
    def open_it(name="mira", query="?tab=all", status="", **options):
        page = new_page(storage_state=signed_in.get(name), **{**DESK, **options})
        page.goto(f"{shop.url}/staff/chat{query}")
        if name not in signed_in:
            page.locator("#email").fill(f"{name}@example.test")
            page.locator("#password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            page.locator("#inbox").wait_for()
            signed_in[name] = page.context.storage_state()
        if status:
            choose_status(page, status)
        return page

    return open_it


@pytest.fixture
def ask(shop, new_page):
    """`ask("Ada", "Is it back?")`: the page of a shopper who wrote."""

    def ask_it(name, body, **options):
        page = new_page(**options)
        page.goto(f"{shop.url}/support")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Email").fill(f"{name.lower().replace(' ', '')}@example.test")
        page.locator("#body").fill(body)
        page.locator(".c-opening button").click()
        page.locator("[data-composer]").wait_for()
        return page

    return ask_it
