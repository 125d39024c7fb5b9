"""The web process dies inside a reservation or a sale, or the clock is dead; whoever asks again gets one effect."""

import contextlib
import time

import pytest
import requests

from app import create_app
from app.core.database import db
from tests.faults.test_killed_processes import AS_PROGRAM, INVENTORY, let_web_die_at, with_token
from tests.properties import oracle
from tests.support.shop import CORE, Shop, open_shop
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.slow])])
def fragile_shop(request):
    url = request.getfixturevalue(request.param)
    with open_shop(*CORE, APP_ENV="test", DATABASE_URL=url, seed=with_token) as shop:
        yield shop


def send(shop: Shop, method: str, key: str, **body) -> requests.Response:
    headers = {**AS_PROGRAM, "Idempotency-Key": key}
    return requests.request(method, shop.url + INVENTORY, json=body, headers=headers, timeout=10)


def insist(shop: Shop, method: str, key: str, **body) -> requests.Response:
    def answer() -> requests.Response | None:
        with contextlib.suppress(requests.RequestException):
            answer = send(shop, method, key, **body)
            return answer if answer.status_code < 500 else None
        return None

    return wait_for(answer, 30, "an answer from the next web worker")


def figures(shop: Shop) -> tuple[int, int, int]:
    stock = requests.get(f"{shop.url}{INVENTORY}?productId=CUP", headers=AS_PROGRAM, timeout=10).json()
    return stock["onHand"], stock["reserved"], stock["version"]


def judge(shop: Shop) -> None:
    app = create_app(shop.settings)
    with app.app_context():
        assert oracle.violations() == {}
        db.session.remove()
        db.engine.dispose()


CUPS = {"ownerId": "ada", "productId": "CUP", "quantity": 2}
SALE = {"orderId": "KM-1", "ownerId": "ada"}


@pytest.mark.slow
def test_a_killed_reservation_and_a_killed_sale_take_effect_once(fragile_shop: Shop):
    known = figures(fragile_shop)
    steps = [
        ("before_commit", "PATCH", "a", CUPS, (10, 2, known[2] + 1)),
        ("after_commit", "PATCH", "b", {**CUPS, "quantity": 3}, (10, 3, known[2] + 2)),
        ("before_commit", "PUT", "c", SALE, (7, 0, known[2] + 3)),
    ]
    for point, method, key, body, expected in steps:
        killed_at(fragile_shop, point, method, key, body, before=known, after=expected)
        known = expected
    insist(fragile_shop, "PATCH", "d", **CUPS)
    sale = {**SALE, "orderId": "KM-2"}
    known, expected = (7, 2, known[2] + 1), (5, 0, known[2] + 2)
    killed_at(fragile_shop, "after_commit", "PUT", "e", sale, before=known, after=expected)
    judge(fragile_shop)


def killed_at(shop: Shop, point: str, method: str, key: str, body, *, before, after) -> None:
    time.sleep(0.5)  # what the last request left to be marked is written: the next commit is this one's
    let_web_die_at(shop, point)
    with pytest.raises(requests.RequestException):
        send(shop, method, key, **body)
    wait_for(lambda: shop.health().get("status") == "ok", 20, "the next web worker")
    assert figures(shop) == (before if point == "before_commit" else after)

    answer = insist(shop, method, key, **body)

    assert answer.status_code == 200
    assert ("Idempotent-Replayed" in answer.headers) == (point == "after_commit")
    assert figures(shop) == after


def test_with_the_clock_dead_holds_still_end(fragile_shop: Shop):
    fragile_shop.kill("clock")
    assert send(fragile_shop, "PATCH", "a", ownerId="ada", productId="CUP", quantity=10, ttl=1).ok
    assert send(fragile_shop, "PATCH", "b", ownerId="jun", productId="CUP", quantity=1).status_code == 409
    time.sleep(1.1)

    assert send(fragile_shop, "PATCH", "c", ownerId="jun", productId="CUP", quantity=10).ok

    assert figures(fragile_shop)[:2] == (10, 10)
    judge(fragile_shop)
