"""The bank calls late, twice and out of order over HTTP, to real processes; and somebody repeats what they overheard."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import sqlalchemy as sa

from app.core.database import db
from app.orders.models import Order, Payment
from app.orders.providers.practice import ANSWERS_LATE, CALLS_OUT_OF_ORDER, CALLS_TWICE, SIGNATURE, TIMES_OUT
from tests.factories import make_product
from tests.faults.guests import Guest, inside, judge
from tests.orders.buying import end_holds
from tests.support.shop import CORE, Shop, open_shop
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]

UNRULY = (TIMES_OUT, ANSWERS_LATE, CALLS_TWICE, CALLS_OUT_OF_ORDER)


def seed():
    make_product(sku="CUP", slug="cup", name="Cup", stock=10, price=2400, threshold=0)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.slow])])
def shop(request):
    url = request.getfixturevalue(request.param)
    overrides = {"APP_ENV": "test", "DATABASE_URL": url, "WEB_WORKERS": "2"}
    with open_shop(*CORE, "worker", seed=seed, **overrides) as shop:
        yield shop


def statuses(shop: Shop) -> dict[str, str]:
    with inside(shop):
        return dict(db.session.execute(sa.select(Order.number, Order.status)).all())


@pytest.mark.slow
def test_every_order_is_paid_once_however_its_bank_calls(shop: Shop):
    numbers = [Guest(shop).buy(card)[1] for card in UNRULY]

    wait_for(lambda: set(statuses(shop).values()) == {"paid"}, 40, "the bank to call")

    assert judge(shop) == dict.fromkeys(numbers, "paid")


def test_a_call_thrice_at_once_is_taken_thrice_and_pays_once(shop: Shop):
    numbers = [Guest(shop).buy(ANSWERS_LATE)[1] for _ in range(2)]
    with inside(shop) as app:
        bank = app.extensions["payment_provider"]
        references = db.session.scalars(sa.select(Payment.reference)).all()

    def tell(told: dict[str, str], at: float) -> int:
        body = json.dumps(told).encode()
        headers = {SIGNATURE: bank.sign(body, int(at)), "Content-Type": "application/json"}
        url = f"{shop.url}/api/payments/practice/callback"
        return requests.post(url, body, headers=headers, timeout=10).status_code

    told = [
        {"event": f"of {reference}", "reference": reference, "status": "authorised"}
        for reference in references
    ]
    assert [tell(told[0], time.time() - 3600), tell(told[0], time.time() + 3600)] == [403, 403]
    assert set(statuses(shop).values()) == {"payment_pending"}
    with ThreadPoolExecutor(6) as bankers:
        answers = list(bankers.map(lambda event: tell(event, time.time()), told * 3))

    assert answers == [200] * 6
    assert statuses(shop) == dict.fromkeys(numbers, "paid")
    assert judge(shop) == dict.fromkeys(numbers, "paid")


@pytest.mark.slow
@pytest.mark.parametrize(("bought_meanwhile", "ends_as"), [(8, "paid"), (9, "stock_review")])
def test_money_that_comes_after_the_hold_finds_units_or_goes_before_staff(
    shop: Shop, bought_meanwhile, ends_as
):
    guest, other = Guest(shop), Guest(shop)
    _, number = guest.buy(ANSWERS_LATE)
    with inside(shop):
        assert end_holds() == 1
    other.put("/products/cup", bought_meanwhile)
    assert other.go_to_payment() == "/checkout/payment"

    wait_for(lambda: statuses(shop)[number] not in ("payment_pending",), 40, "the bank to call")

    assert judge(shop)[number] == ends_as
