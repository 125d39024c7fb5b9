"""Half a minute of processes killed at random while a client insists: every change happens exactly once, and is shown."""

import random
import threading

import pytest
import requests

from tests.support.shop import Shop, open_shop
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.processes, pytest.mark.browser, pytest.mark.timeout(240)]

INVENTORY = "/api/realtime/inventory"
CHANGES = 120
KILLS = 20
# So that the changes last as long as the killing.
PACE_S = 0.15
SEED = 20261122


@pytest.fixture
def plentiful_shop():
    def seed():
        from tests.factories import make_product

        make_product(sku="CUP", slug="cup", name="Cup", stock=CHANGES, threshold=CHANGES * 2)

    with open_shop(seed=seed) as shop:
        yield shop


def insist(shop: Shop, number: int) -> None:
    """Take one unit, and ask again with the same key until there is an answer."""
    body = {"productId": "CUP", "operation": "remove", "quantity": 1, "reason": f"change {number}"}

    def is_done() -> bool:
        try:
            answer = requests.post(
                shop.url + INVENTORY, json=body, headers={"Idempotency-Key": f"chaos-{number}"}, timeout=5
            )
        except requests.RequestException:
            return False
        assert answer.status_code in (200, 429, 500, 502, 503), answer.text
        return answer.status_code == 200

    wait_for(is_done, 60, f"change {number}")


def test_every_change_happens_once_and_the_page_ends_up_right(plentiful_shop: Shop, new_page):
    shop, dice = plentiful_shop, random.Random(SEED)
    page = new_page()
    page.goto(f"{shop.url}/products/cup")
    failures: list[BaseException] = []
    pause = threading.Event()

    def shopper() -> None:
        try:
            for number in range(CHANGES - 3):
                insist(shop, number)
                pause.wait(PACE_S)
        except BaseException as error:
            failures.append(error)

    buying = threading.Thread(target=shopper)
    buying.start()
    for _ in range(KILLS):
        buying.join(dice.uniform(0.2, 1.5))
        victim = dice.choice(["web", "live", "clock", "redis"])
        shop.kill(victim)
        buying.join(dice.uniform(0, 0.8))
        shop.start(victim)
    buying.join(150)

    assert failures == []
    shop.wait_until_ready()
    stock = shop.get(f"{INVENTORY}?productId=CUP&history=1")
    assert (stock["onHand"], stock["version"]) == (3, CHANGES - 2)
    versions = [movement["version"] for movement in stock["movements"]]
    assert versions == list(range(versions[0], versions[-1] - 1, -1))
    page.wait_for_function(
        "() => document.querySelector(\"[data-stock='CUP'] .c-badge\").textContent.trim() === 'Only 3 left'"
        " && document.querySelector('[data-live-chip]').dataset.state === 'live'",
        timeout=70_000,
    )
