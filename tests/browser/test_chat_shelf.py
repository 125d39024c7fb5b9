"""Card, hold and correction in two real browsers: what one side does on the shelf, the other sees."""

import pytest

from tests.browser.test_pages import overflow, violations
from tests.chat.desk import add_agent
from tests.chat.talking import MIRA
from tests.factories import PASSWORD, make_product, make_user
from tests.support.shop import open_shop

pytestmark = [pytest.mark.browser, pytest.mark.processes]

DAY_MS = 24 * 3600_000
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
SHOPPERS = 4
shoppers = iter(range(SHOPPERS))


def staffed_shop():
    make_product(sku="CUP", slug="cup", name="Cup", stock=4, threshold=3, price=1990)
    make_product(sku="VASE", slug="vase", name="Vase", stock=2, threshold=3)
    make_user("agent", email="mira@example.test", name="Mira")
    for number in range(SHOPPERS):
        make_user("shopper", email=f"ada{number}@example.test", name="Ada")
    add_agent(MIRA, capacity=50, lease_ms=DAY_MS)


@pytest.fixture(scope="module")
def shop():
    with open_shop(seed=staffed_shop) as shop:
        yield shop


@pytest.fixture
def shopper(shop, new_page):
    """On the phone, with a question about the cup; another one for each test."""
    page = new_page(viewport=PHONE)
    sign_in(page, shop, f"ada{next(shoppers)}@example.test")
    page.goto(f"{shop.url}/products/cup")
    page.get_by_role("button", name="Ask about this product").click()
    page.wait_for_selector(".c-offer")
    return page


@pytest.fixture
def agent(shop, shopper, new_page):
    """At the desk, with the same conversation open."""
    page = new_page(viewport=DESK)
    sign_in(page, shop, "mira@example.test")
    room = shopper.url.split("/support/")[1].split("#")[0]
    page.goto(f"{shop.url}/staff/chat/rooms/{room}")
    page.wait_for_selector("#send-CUP")
    return page


def sign_in(page, shop, email):
    page.goto(f"{shop.url}/login")
    page.locator("#email").fill(email)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login" not in url)


def find(agent, query):
    agent.locator("#shelf-q").fill(query)
    agent.locator("#shelf-q").press("Enter")
    agent.wait_for_selector(f"#send-{query.upper()}")


def keep(agent, sku, quantity):
    place = agent.locator(f"#keep-{sku}")
    place.locator("summary").click()
    place.locator("[name=quantity]").fill(str(quantity))
    place.get_by_role("button").click()
    agent.wait_for_selector(".p-shelf__hold")


def test_what_is_kept_reaches_the_shopper_the_cart_and_the_checkout(shop, shopper, agent):
    keep(agent, "CUP", 2)
    held = shopper.locator(".c-kept")
    held.locator("[data-kept-left]").filter(has_text="(9:").wait_for()
    assert (violations(shopper), overflow(shopper)) == ([], 0)
    assert overflow(agent) == 0

    held.get_by_text("Put them in my cart").click()
    shopper.get_by_role("link", name="Go to the cart").click()
    shopper.get_by_text("Held for you").wait_for()
    shopper.goto(f"{shop.url}/checkout")
    shopper.wait_for_url("**/checkout/contact")

    agent.locator(".c-kept[data-state=taken]").wait_for()
    agent.locator(".p-shelf__hold").wait_for(state="detached")
    assert shop.stock("CUP")["reserved"] == 2


@pytest.mark.slow
def test_either_side_releases_and_both_see_it(shop, shopper, agent):
    find(agent, "vase")
    keep(agent, "VASE", 1)

    shopper.locator(".c-kept__drop").last.click()

    shopper.locator(".c-kept[data-state=released]").wait_for()
    agent.locator(".c-kept[data-state=released]").wait_for()
    agent.locator(".p-shelf__hold").wait_for(state="detached")


@pytest.mark.slow
def test_what_is_sold_out_meanwhile_moves_both_badges_warns_the_agent_and_corrects_the_shopper(
    shop, shopper, agent
):
    find(agent, "vase")
    agent.locator("#send-VASE").click()
    card = "[data-side=agent] [data-stock=VASE]"
    shopper.locator(f"{card} [data-state=low]").wait_for()

    shop.change_stock("VASE", "remove", 2)

    for page in (shopper, agent):
        page.locator(f"{card} [data-state=out]").wait_for()
    agent.locator(".p-compose__warnings").filter(has_text="Vase, Chalk is sold out now").wait_for()
    shopper.locator(".c-offer__news").filter(has_text="Sold out meanwhile").wait_for(timeout=15_000)


@pytest.mark.slow
def test_without_a_script_the_shelf_and_what_is_kept_work_as_pages(shop, shopper, new_page):
    room = shopper.url.split("/support/")[1].split("#")[0]
    agent = new_page(viewport=PHONE, java_script_enabled=False)
    sign_in(agent, shop, "mira@example.test")
    agent.goto(f"{shop.url}/staff/chat/rooms/{room}/shelf?q=cup")
    assert overflow(agent) == 0
    agent.locator("#keep-CUP summary").click()
    agent.locator("#keep-CUP button").click()

    shopper.locator(".c-kept").last.wait_for()
    agent.get_by_text("Kept for 10 min").wait_for()
    agent.locator(".p-shelf__hold button").click()
    agent.get_by_text("Released: it is free").wait_for()
