"""From a cart to a paid order, however the bank behaves, on both databases."""

import pytest
import sqlalchemy as sa

from app.core.database import db, run_transaction, transaction
from app.inventory import expiry
from app.inventory import queries as inventory
from app.inventory.errors import InsufficientStock
from app.inventory.models import Reservation
from app.orders import callbacks, charges, checkout, fulfilment, payments, queries, reviews
from app.orders.errors import CheckoutIncomplete, EmptyCart, PaymentDeclined, PaymentRunning, TotalChanged
from app.orders.models import OrderEvent, Payment
from app.orders.providers import Outcome, current_provider
from app.orders.providers.practice import ANSWERS_LATE, DECLINES, SUCCEEDS, TIMES_OUT
from tests.factories import make_product
from tests.orders.buying import ADA, JUN, act, buy, fill_in, put, status


def figures(sku="CUP"):
    stock = inventory.get_stock(sku)
    return stock.on_hand, stock.reserved


def reference_of(order):
    return db.session.scalar(sa.select(Payment.reference).where(Payment.order_id == order.id))


def end_hold(order):
    with transaction():
        db.session.execute(
            sa.update(Reservation)
            .where(Reservation.id == order.reservation_id)
            .values(expires_at=Reservation.created_at - 1)
        )
    assert expiry.expire_due() == 1


def test_a_paid_order_holds_its_units_without_end_and_empties_the_cart(any_app):
    make_product(sku="CUP", stock=10, price=2400)

    order = buy(ADA, CUP=2)

    assert (order.status, order.total_minor, figures()) == ("paid", 4800, (10, 2))
    assert [event.status for event in queries.list_events(order.id)] == [
        "paid",
        "payment_pending",
        "checkout",
    ]
    assert queries.read_cart(ADA.owner).items == []
    assert expiry.expire_due() == 0
    assert db.session.scalar(sa.select(Reservation.status)) == "confirmed"


def test_checkout_holds_what_is_in_the_cart_and_follows_it(any_app):
    make_product(sku="CUP", stock=5)
    make_product(sku="VASE", stock=5)
    put(ADA, CUP=2, VASE=1)
    order = checkout.hold_cart(ADA)

    put(ADA, CUP=1)
    from app.orders import carts

    run_transaction(lambda: carts.remove_line(ADA.owner, "VASE"))
    again = checkout.hold_cart(ADA)

    assert (again.id, [line.sku for line in again.lines]) == (order.id, ["CUP"])
    assert (figures("CUP"), figures("VASE")) == ((5, 3), (5, 0))


def test_two_shoppers_and_one_unit(any_app):
    make_product(sku="CUP", stock=1)
    put(ADA, CUP=1)
    put(JUN, CUP=1)
    checkout.hold_cart(ADA)

    with pytest.raises(InsufficientStock):
        checkout.hold_cart(JUN)
    assert queries.read_cart(JUN.owner).is_short


def test_a_declined_card_keeps_the_hold_and_another_card_may_pay(any_app):
    make_product(sku="CUP", stock=5)
    with pytest.raises(PaymentDeclined):
        buy(ADA, DECLINES, CUP=2)
    order = queries.find_open(ADA.owner)
    assert (order.status, figures()) == ("checkout", (5, 2))

    paid = payments.pay(ADA, SUCCEEDS, order.total_minor)

    assert (paid.id, paid.status, figures()) == (order.id, "paid", (5, 2))


@pytest.mark.parametrize("card", [TIMES_OUT, ANSWERS_LATE])
def test_an_answer_that_comes_late_pays_once_however_often_it_comes(any_app, card):
    make_product(sku="CUP", stock=5)

    order = buy(ADA, card, CUP=2)
    assert order.status == "payment_pending"
    with pytest.raises(PaymentRunning):
        put(ADA, CUP=1)
        checkout.hold_cart(ADA)
    for event in ("a", "a", "b"):
        callbacks.take_callback("practice", event, reference_of(order), Outcome("authorised"))
    callbacks.take_callback("practice", "c", reference_of(order), Outcome("declined"))

    assert (status(order), figures()) == ("paid", (5, 2))
    assert [event.status for event in queries.list_events(order.id)].count("paid") == 1


def test_money_that_comes_after_the_hold_has_ended_finds_the_units_anew(any_app):
    make_product(sku="CUP", stock=5)
    order = buy(ADA, ANSWERS_LATE, CUP=2)
    end_hold(order)
    assert figures() == (5, 0)

    payments.settle(reference_of(order), Outcome("authorised"))

    assert (status(order), figures()) == ("paid", (5, 2))


def test_money_that_comes_when_all_is_sold_goes_back_when_staff_have_not_looked_within_a_day(any_app):
    make_product(sku="CUP", stock=2)
    order = buy(ADA, ANSWERS_LATE, CUP=2)
    reference = reference_of(order)
    end_hold(order)
    buy(JUN, CUP=1)

    payments.settle(reference, Outcome("authorised"))
    assert (status(order), figures()) == ("stock_review", (2, 1))
    assert "too late" in queries.list_events(order.id)[0].note
    assert reviews.refund_overdue() == 0
    with transaction():
        db.session.execute(sa.update(OrderEvent).values(at=OrderEvent.at - 24 * 3600 * 1000))
    assert reviews.refund_overdue() == 1
    charges.void_payment(reference)

    assert (status(order), figures()) == ("cancelled", (2, 1))
    books = current_provider().books(reference)
    assert (books["voided"], books["captured"]) == (True, False)


def test_money_for_a_cancelled_order_goes_back(any_app):
    make_product(sku="CUP", stock=2)
    order = buy(ADA, ANSWERS_LATE, CUP=2)
    act(fulfilment.cancel_order, order, ADA.owner)
    assert figures() == (2, 0)

    payments.settle(reference_of(order), Outcome("authorised"))

    assert (status(order), figures()) == ("cancelled", (2, 0))


def test_what_the_bank_never_told_is_asked(any_app):
    make_product(sku="CUP", stock=2)
    order = buy(ADA, ANSWERS_LATE, CUP=1)
    bank, reference = current_provider(), reference_of(order)
    bank._change(reference, known_at=0)
    with transaction():
        db.session.execute(sa.update(Payment).values(created_at=Payment.created_at - 60_000))

    payments.settle_open()

    assert status(order) == "paid"


def test_a_total_that_changed_is_shown_before_it_is_paid(any_app):
    product = make_product(sku="CUP", stock=2, price=2400)
    put(ADA, CUP=1)
    order = fill_in(ADA)
    shown = order.total_minor
    with transaction():
        product.variants[0].price_minor = 2600

    with pytest.raises(TotalChanged) as refusal:
        payments.pay(ADA, SUCCEEDS, shown)

    assert refusal.value.facts == {"totalMinor": 2600}
    assert queries.find_open(ADA.owner).status == "checkout"


def test_what_is_missing_is_named_before_anything_is_paid(any_app):
    make_product(sku="CUP", stock=2)
    with pytest.raises(EmptyCart):
        payments.pay(ADA, SUCCEEDS, 0)
    put(ADA, CUP=1)

    with pytest.raises(CheckoutIncomplete) as refusal:
        payments.pay(ADA, SUCCEEDS, 2400)

    assert refusal.value.facts == {"step": "contact"}


def test_an_order_that_is_not_paid_expires_with_its_hold(any_app):
    make_product(sku="CUP", stock=2)
    put(ADA, CUP=1)
    order = fill_in(ADA)
    end_hold(order)

    assert (fulfilment.expire_orders(), fulfilment.expire_orders()) == (1, 0)
    assert status(order) == "expired"
    assert buy(ADA, CUP=1).status == "paid"


def test_events_have_no_gaps(any_app):
    make_product(sku="CUP", stock=2)
    order = buy(ADA, CUP=1)

    sequence = db.session.scalars(sa.select(OrderEvent.sequence).where(OrderEvent.order_id == order.id)).all()
    assert sorted(sequence) == [1, 2, 3]


def test_nothing_of_a_card_is_kept(any_app, tmp_path):
    make_product(sku="CUP", stock=2)
    buy(ADA, CUP=1)

    books = "".join(path.read_text() for path in tmp_path.rglob("*.json"))
    rows = str(db.session.execute(sa.text("SELECT * FROM payment")).all())
    assert SUCCEEDS not in books + rows
