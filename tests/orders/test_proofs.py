"""Whatever was written past the actions is found and named, on both databases; orders in every state are left in peace."""

import pytest
import sqlalchemy as sa

from app.core.database import db, transaction
from app.inventory.verification import verify
from app.orders import charges, checkout, fulfilment, payments
from app.orders.models import Payment, Refund
from app.orders.providers import Outcome
from app.orders.providers.practice import ANSWERS_LATE, DECLINES
from tests.factories import make_product
from tests.orders.buying import ADA, JUN, act, buy, process, put
from tests.orders.test_paying import end_hold, reference_of

HALF_AN_HOUR_MS = 30 * 60_000 + 1


def by_hand(statement, **values):
    with transaction():
        db.session.execute(sa.text(statement), values)


def lines():
    return [str(finding) for finding in verify()]


def ship(order):
    process(order)
    act(fulfilment.ship_order, order, "staff")


@pytest.fixture
def order(any_app):
    """Two of CUP and one of VASE, paid: 5800."""
    make_product(sku="CUP", stock=10, price=2400, threshold=0)
    make_product(sku="VASE", stock=10, price=1000, threshold=0)
    return buy(ADA, CUP=2, VASE=1)


@pytest.fixture
def shipped(order):
    ship(order)
    return order


def test_orders_in_every_state_are_right(order):
    put(ADA, CUP=1)
    checkout.hold_cart(ADA)
    assert lines() == []
    pending = buy(JUN, ANSWERS_LATE, CUP=1)
    assert lines() == []
    end_hold(pending)
    by_hand("UPDATE stock_level SET backorder_limit = 0")
    payments.settle(reference_of(pending), Outcome("authorised"))
    process(order)
    assert lines() == []
    act(fulfilment.ship_order, order, "staff")
    act(fulfilment.return_line, order, "CUP", 1, restock=False, actor="staff")
    for refund_id in db.session.scalars(sa.select(Refund.id)).all():
        charges.send_refund(refund_id)
    assert lines() == []
    act(fulfilment.cancel_order, pending, "staff")
    assert lines() == []


def test_an_order_that_was_declined_expired_or_cancelled_when_packed_is_right(order):
    with pytest.raises(payments.PaymentDeclined):
        buy(JUN, DECLINES, CUP=1)
    assert lines() == []
    end_hold(checkout.lock_open(JUN.owner))
    fulfilment.expire_orders()
    process(order)
    act(fulfilment.cancel_order, order, "staff")
    for refund_id in db.session.scalars(sa.select(Refund.id)).all():
        charges.send_refund(refund_id)

    assert lines() == []


def test_a_paid_order_whose_hold_was_taken_away_is_named(order):
    hold_id = order.reservation_id
    by_hand("UPDATE shop_order SET reservation_id = NULL")

    stock, *_, hold = lines()

    assert stock.startswith(f"order {order.number} is paid, but its hold is missing. ")
    assert hold.startswith(
        f"hold {hold_id} is confirmed for order {order.number}, which is paid or has another hold. "
    )


def test_a_paid_order_whose_hold_has_other_lines_is_named(order):
    by_hand("UPDATE order_line SET quantity = 3 WHERE sku = 'CUP'")

    (finding,) = lines()

    assert finding.startswith(f"CUP: order {order.number} has bought 3, but its hold has 2. ")


def test_a_packed_order_that_sold_nothing_is_named(order):
    by_hand("UPDATE shop_order SET status = 'processing'")

    assert f"order {order.number} is processing, but its hold is confirmed" in lines()[0]


def test_units_that_are_set_aside_or_sold_without_their_order_are_named(order):
    paid = order.number
    packed = buy(JUN, CUP=1)
    process(packed)
    numbers = {paid: "confirmed", packed.number: "committed"}
    for table in ("order_event", "payment", "order_line"):
        by_hand(f"DELETE FROM {table} WHERE order_id <= :last", last=packed.id)
    by_hand("DELETE FROM shop_order WHERE id < :last", last=packed.id)
    by_hand("UPDATE shop_order SET number = 'KM-1', reservation_id = NULL, status = 'checkout'")

    found = [line for line in lines() if line.startswith("hold ")]

    assert len(found) == 2
    for number, state in numbers.items():
        assert any(f" is {state} for order {number}, which is missing." in line for line in found)


def test_money_that_is_not_there_and_money_that_was_kept_are_named(order):
    by_hand("UPDATE payment SET status = 'voided'")
    assert lines()[0].startswith(
        f"order {order.number} over 5800 is paid, but 0 is kept of its money. Compare with the bank's books"
    )

    by_hand("UPDATE payment SET status = 'captured'")
    act(fulfilment.cancel_order, order, "staff")

    assert lines()[0].startswith(
        f"order {order.number} over 5800 is cancelled, but 5800 is kept of its money."
    )


def test_two_payments_of_one_order_are_named(order):
    with transaction():
        db.session.execute(sa.text("DROP INDEX uq_payment_open"))
        db.session.add(
            Payment(order_id=order.id, provider="practice", status="created", amount_minor=5800, created_at=0)
        )

    assert f"order {order.number} has 2 payments at once. " in lines()[0]


def test_a_refund_that_does_not_add_up_is_named(shipped):
    act(fulfilment.return_line, shipped, "CUP", 1, restock=True, actor="staff")
    by_hand("UPDATE payment SET refunded_minor = 2300")

    kept, sent = lines()

    assert f"order {shipped.number} over 5800 is shipped, but 3500 is kept of its money after 2400" in kept
    assert sent.startswith(f"the payment of order {shipped.number} has 2300 refunded, its refunds are 2400. ")


@pytest.mark.parametrize("table", ["order_return", "order_line", "reservation_line"])
def test_what_came_back_is_the_same_everywhere(shipped, table):
    act(fulfilment.return_line, shipped, "CUP", 1, restock=True, actor="staff")
    if table == "order_return":
        by_hand("UPDATE order_return SET quantity = 2")
    else:
        by_hand(f"UPDATE {table} SET returned = 2 WHERE returned = 1")

    found = [line for line in lines() if "came back" in line]

    says = {"order_line": (2, 1, 1), "reservation_line": (1, 2, 1), "order_return": (1, 1, 2)}[table]
    wrong = "order {} says that {} of 2 came back, its hold says {}, its returns {}"
    assert found[0].startswith("CUP: " + wrong.format(shipped.number, *says))


def test_what_the_bank_has_not_been_told_is_named_after_half_an_hour(shipped):
    assert lines() == []
    act(fulfilment.return_line, shipped, "CUP", 1, restock=True, actor="staff")
    by_hand("UPDATE order_event SET at = at - :ms", ms=HALF_AN_HOUR_MS)
    by_hand("UPDATE refund SET created_at = created_at - :ms", ms=HALF_AN_HOUR_MS)

    assert [line.partition(". ")[0] for line in lines()] == [
        f"the bank has not been told of order {shipped.number} for half an hour: {what}"
        for what in ("a refund of 2400", "to take its money")
    ]


def test_a_timeline_that_disagrees_or_has_a_gap_is_named(order):
    by_hand("UPDATE order_event SET status = 'expired' WHERE sequence = 3")
    assert lines()[0].startswith(f"order {order.number} is paid, but its timeline ends with expired. ")

    by_hand("UPDATE order_event SET status = 'paid' WHERE sequence = 3")
    by_hand("DELETE FROM order_event WHERE sequence = 2")

    assert lines()[0].startswith(f"the timeline of order {order.number} has 2 steps up to step 3. ")
