"""Shoppers, tabs, staff and the bank get in each other's way: real processes, both databases, `verify` as the judge."""

import json
import subprocess
import sys
from collections import Counter

import pytest
import sqlalchemy as sa

from app.core import outbox
from app.core.database import db
from app.inventory import queries as inventory
from app.inventory.reservations import Party
from app.inventory.verification import verify
from app.orders import checkout, fulfilment, payments, queries
from app.orders.models import Order, OrderReturn, Payment
from app.orders.providers.practice import ANSWERS_LATE
from tests.factories import make_product
from tests.orders.buying import ADA, act, buy, end_holds, fill_in, make_holds_due, process, put
from tests.properties import oracle

SMALL = 3, 8
WITHIN_S = 150

pytestmark = pytest.mark.timeout(200)


def sizes(small, full):
    return pytest.mark.parametrize(
        ("size", "units"), [small, pytest.param(*full, marks=pytest.mark.slow)], ids=["small", "full"]
    )


@pytest.fixture
def race(any_app, process_environment):
    """`race("tell", SMALL, says=["authorised"])`: what each heard. Nothing is broken afterwards."""

    def run(scenario, size, **given):
        db.session.remove()
        module = [sys.executable, "-m", "tests.orders.racers", scenario, *map(str, size), json.dumps(given)]
        done = subprocess.run(
            module, env=process_environment, stdout=subprocess.PIPE, text=True, timeout=WITHIN_S, check=True
        )
        assert oracle.violations() == {}
        while outbox.sweep():  # as the clock does, which does not run here: nor does it look at alerts
            pass
        assert [str(finding) for finding in verify() if "alert" not in finding.wrong] == []
        return json.loads(done.stdout)

    return run


def figures(sku="CUP"):
    stock = inventory.get_stock(sku)
    return stock.on_hand, stock.reserved


def statuses():
    return Counter(db.session.scalars(sa.select(Order.status)))


def pay_late(count):
    """Orders of one cup each, whose bank has not answered; their references."""
    make_product(sku="CUP", stock=count, threshold=0)
    orders = [buy(Party(f"visitor:{number}", ""), ANSWERS_LATE, CUP=1) for number in range(count)]
    assert {order.status for order in orders} == {"payment_pending"}
    return list(db.session.scalars(sa.select(Payment.reference)))


@pytest.mark.on_both
@sizes((SMALL, 6), ((5, 60), 100))
def test_shoppers_of_the_last_units_buy_exactly_what_there_is(race, size, units):
    make_product(sku="CUP", stock=units, threshold=0)

    heard = Counter(race("buy_last", size, sku="CUP"))

    assert heard == {"paid": units, "insufficient_stock": size[0] * size[1] - units}
    assert figures() == (units, units)


@pytest.mark.slow
@sizes((SMALL, 9), ((5, 60), 9))
def test_one_shopper_in_many_tabs_has_one_order_whose_hold_has_its_lines(race, size, units):
    skus = ["CUP", "BOWL", "VASE"]
    for sku in skus:
        make_product(sku=sku, stock=units, threshold=0)
    put(Party("visitor:tabs", ""), **dict.fromkeys(skus, 1))

    heard = set(race("open_tab", size, skus=skus))

    (order,) = db.session.scalars(sa.select(Order)).all()
    assert heard == {order.id}
    assert checkout.held_units("visitor:tabs") == payments.units_of(order)
    assert order.subtotal_minor == sum(line.price_minor * line.quantity for line in order.lines)


@sizes((SMALL, 5), ((5, 10), 5))
def test_one_click_many_times_at_once_pays_once_and_all_hear_the_same(race, size, units):
    make_product(sku="CUP", stock=units, threshold=0)
    put(ADA, CUP=2)
    order = fill_in(ADA)

    heard = race("pay_once", size, total=order.total_minor, key="one click")

    assert {json.dumps(answer) for answer in heard} == {json.dumps([order.number, "paid"])}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Payment)) == 1
    assert figures() == (units, 2)


@sizes((SMALL, 5), ((5, 10), 5))
def test_many_clicks_of_one_shopper_pay_once(race, size, units):
    make_product(sku="CUP", stock=units, threshold=0)
    put(ADA, CUP=2)
    order = fill_in(ADA)

    heard = Counter(map(str, race("pay_once", size, total=order.total_minor, key="")))

    assert heard[str([order.number, "paid"])] == 1
    assert set(heard) <= {
        str([order.number, "paid"]),
        "payment_running",
        "empty_cart",
        "checkout_incomplete",
        "order_state",
    }
    assert figures() == (units, 2)


@pytest.mark.slow
@sizes((SMALL, 4), ((5, 60), 20))
def test_callbacks_from_everywhere_at_once_pay_each_order_once(race, size, units):
    references = pay_late(units)

    heard = Counter(race("tell", size, references=references, says=["authorised", "authorised", "pending"]))
    race("tell", (1, units), references=references, says=["authorised"])

    assert heard == {200: size[0] * size[1]}
    assert statuses() == {"paid": units}
    assert figures() == (units, units)


@pytest.mark.slow
@sizes((SMALL, 4), ((5, 60), 20))
def test_a_bank_that_contradicts_itself_is_believed_once(race, size, units):
    references = pay_late(units)

    heard = Counter(race("tell", size, references=references, says=["authorised", "declined"]))

    assert heard == {200: size[0] * size[1]}
    assert set(statuses()) <= {"paid", "checkout"}
    assert figures() == (units, units)


@pytest.mark.on_both
@sizes((SMALL, 6), ((5, 60), 60))
def test_money_and_the_clock_meet_and_every_order_has_its_units(race, size, units):
    references = pay_late(units)
    make_holds_due()

    race("tell_or_expire", size, references=references, says=["authorised"])
    race("tell", (1, units), references=references, says=["authorised"])

    assert statuses() == {"paid": units}
    assert figures() == (units, units)


@pytest.mark.slow
@sizes((SMALL, 6), ((5, 60), 60))
def test_late_money_for_fewer_units_than_orders_pays_some_and_puts_the_others_before_staff(race, size, units):
    references = pay_late(units)
    assert end_holds() == units
    taken = buy(Party("visitor:early", ""), CUP=2)

    race("tell", size, references=references, says=["authorised"])
    race("tell", (1, units), references=references, says=["authorised"])

    assert taken.status == "paid"
    assert statuses() == {"paid": units - 1, "stock_review": 2}
    assert figures() == (units, units)


@pytest.mark.slow
@pytest.mark.parametrize("acts", [("cancel", "process"), ("cancel", "ship")], ids=["process", "ship"])
@sizes((SMALL, 6), ((5, 40), 40))
def test_staff_who_cancel_and_staff_who_go_on_meet_and_one_wins(race, size, units, acts):
    make_product(sku="CUP", stock=units, threshold=0)
    orders = [buy(Party(f"visitor:{number}", ""), CUP=1) for number in range(units)]
    if acts[1] == "ship":
        for order in orders:
            process(order)

    heard = Counter(race("work_on", size, orders=[order.number for order in orders], acts=acts))

    after = statuses()
    going_on = {"process": "processing", "ship": "shipped"}[acts[1]]
    assert after[going_on] + after["cancelled"] == units
    assert heard["cancel"] == after["cancelled"]
    assert heard["order_state"] >= units
    assert figures()[0] == units - after["processing"] - after["shipped"]


@sizes((SMALL, 6), ((5, 40), 50))
def test_what_was_bought_comes_back_once_however_many_take_it_back(race, size, units):
    skus = {"CUP": units - 2, "VASE": 2}
    for sku in skus:
        make_product(sku=sku, stock=units, price=100, threshold=0)
    order = buy(ADA, **skus)
    process(order)
    act(fulfilment.ship_order, order, "staff")

    for _ in range(4):  # each takes back one of either, so that the last of both meet
        heard = Counter(race("work_on", size, orders=[order.number], acts=["return"]))
        if queries.get_order(order.number).status == "returned":
            break

    assert set(heard) <= {"return", "invalid", "order_state"}
    back = db.session.scalar(sa.select(sa.func.sum(OrderReturn.quantity)))
    refunded = db.session.scalar(sa.select(Payment.refunded_minor))
    assert (back, refunded, statuses()) == (units, units * 100, {"returned": 1})
