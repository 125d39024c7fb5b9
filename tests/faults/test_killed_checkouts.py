"""The web process dies at every named point between a cart and a parcel; whoever comes again gets one effect.

The judges are `verify` and the bank's own books: no paid order without its units, no units without their order, and money
that is charged once or given back.
"""

import json
import time

import pytest
import requests
import sqlalchemy as sa

from app.core.database import db
from app.demo.shopper import place_of
from app.orders.models import Order, Payment
from app.orders.providers.practice import ANSWERS_LATE, DECLINES, SIGNATURE
from tests.factories import PASSWORD, make_product, make_user
from tests.faults.guests import Guest, inside, judge
from tests.support.shop import CORE, Shop, open_shop
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]

CHECKOUT_POINTS = ("before_commit", "after_commit")
PAYMENT_POINTS = (
    "before_commit",
    "after_commit",
    "before_payment",
    "before_authorise",
    "after_authorise",
    "before_paid",
    "after_payment",
)
FEW_POINTS = ("before_authorise", "after_authorise", "before_paid")
STAFF = "mira@example.test"


def seed():
    make_product(sku="CUP", slug="cup", name="Cup", stock=60, price=2400, threshold=0)
    make_user("staff", email=STAFF)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.slow])])
def shop(request):
    url = request.getfixturevalue(request.param)
    with open_shop(*CORE, "worker", APP_ENV="test", DATABASE_URL=url, seed=seed) as shop:
        yield shop


def figures(shop: Shop) -> tuple[int, int]:
    with inside(shop):
        row = db.session.execute(sa.text("SELECT on_hand, reserved FROM stock_level")).one()
        return row.on_hand, row.reserved


@pytest.mark.slow
def test_a_checkout_that_dies_begins_again_with_one_hold(shop: Shop):
    for point in CHECKOUT_POINTS:
        guest = Guest(shop)
        guest.put("/products/cup", 2)
        guest.dies_at(point, lambda: guest.open("/checkout"))  # noqa: B023
        assert guest.go_to_payment() == "/checkout/payment"

    assert figures(shop) == (60, 4)
    assert list(judge(shop).values()) == ["checkout", "checkout"]


@pytest.mark.parametrize(
    "points", [FEW_POINTS, pytest.param(PAYMENT_POINTS, marks=pytest.mark.slow)], ids=["few", "all"]
)
def test_a_payment_that_dies_anywhere_is_made_once_and_answered_alike(shop: Shop, points):
    numbers = []
    for point in points:
        guest = Guest(shop)
        form = guest.at_payment()
        answer = guest.insist(point, form)
        again = guest.send(form)

        assert (answer.status_code, again.status_code) == (303, 303), point
        assert answer.headers["Location"] == again.headers["Location"]
        assert "/orders/" in answer.headers["Location"]
        numbers.append(place_of(answer).rpartition("/")[2])

    assert judge(shop) == dict.fromkeys(numbers, "paid")
    assert figures(shop) == (60, 2 * len(points))


@pytest.mark.slow
def test_a_declined_payment_that_dies_is_declined_alike(shop: Shop):
    for point in ("before_authorise", "after_authorise"):
        guest = Guest(shop)
        form = guest.at_payment()
        form.fields["card"] = DECLINES

        answers = [guest.insist(point, form), guest.send(form)]

        assert [answer.status_code for answer in answers] == [409, 409]
        assert all("declined" in answer.text for answer in answers)

    assert list(judge(shop).values()) == ["checkout", "checkout"]


@pytest.mark.slow
def test_without_the_shopper_the_clock_ends_what_died(shop: Shop):
    for point in ("before_authorise", "after_authorise", "before_paid"):
        guest = Guest(shop)
        form = guest.at_payment()
        guest.dies_at(point, lambda: guest.send(form))  # noqa: B023

    def statuses():
        with inside(shop):
            return list(db.session.scalars(sa.select(Order.status).order_by(Order.id)))

    wait_for(lambda: "payment_pending" not in statuses(), 60, "the clock to ask the bank")
    assert list(judge(shop).values()) == ["checkout", "paid", "paid"]


@pytest.mark.slow
def test_a_callback_that_dies_is_taken_when_the_bank_repeats_it(shop: Shop):
    numbers = []
    for point in ("before_commit", "before_paid", "after_commit"):
        guest = Guest(shop)
        _, number = guest.buy(ANSWERS_LATE)
        numbers.append(number)
        with inside(shop) as app:
            bank = app.extensions["payment_provider"]
            reference = db.session.scalars(sa.select(Payment.reference).order_by(Payment.id.desc())).first()
            body = json.dumps({"event": point, "reference": reference, "status": "authorised"}).encode()
            headers = {SIGNATURE: bank.sign(body, int(time.time())), "Content-Type": "application/json"}

        def tell():
            return requests.post(
                f"{shop.url}/api/payments/practice/callback",
                body,  # noqa: B023
                headers=headers,  # noqa: B023
                timeout=10,
            )

        guest.dies_at(point, tell)
        assert [tell().json() for _ in range(2)] == [{"taken": True}] * 2

    assert judge(shop) == dict.fromkeys(numbers, "paid")
    assert figures(shop) == (60, 6)


class Packer(Guest):
    def __init__(self, shop: Shop):
        super().__init__(shop)
        self.submit("/login", "/login", email=STAFF, password=PASSWORD)

    def step(self, number: str, name: str, point: str = "", **typed: str):
        page = f"/staff/orders/{number}"
        form = self.fill_in(page, f"{page}/{name}", **typed)
        answers = [self.insist(point, form) if point else self.send(form), self.send(form)]
        assert [answer.status_code for answer in answers] == [303, 303], (name, point, answers[0].text)


@pytest.mark.slow
def test_staff_steps_that_die_take_effect_once(shop: Shop):
    packer = Packer(shop)
    for point in CHECKOUT_POINTS:
        _, kept = Guest(shop).buy()
        _, dropped = Guest(shop).buy()
        _, unpacked = Guest(shop).buy()
        packer.step(kept, "processing", point)
        packer.step(dropped, "processing")
        packer.step(dropped, "cancellation", point)
        packer.step(unpacked, "cancellation", point)
        packer.step(kept, "shipment", point)
        packer.step(kept, "returns", point, sku="CUP", quantity="1", outcome="restock")

    assert sorted(judge(shop).values()) == ["cancelled"] * 4 + ["shipped"] * 2
    assert figures(shop) == (58, 0)


@pytest.mark.slow
def test_a_shopper_whose_cancellation_died_has_cancelled_once(shop: Shop):
    for point in CHECKOUT_POINTS:
        guest = Guest(shop)
        link, number = guest.buy()
        form = guest.fill_in(link, f"/orders/{number}/cancellation")

        answers = [guest.insist(point, form), guest.send(form)]

        assert [answer.status_code for answer in answers] == [303, 303]

    assert list(judge(shop).values()) == ["cancelled", "cancelled"]
    assert figures(shop) == (60, 0)
