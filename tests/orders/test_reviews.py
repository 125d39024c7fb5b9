"""Orders that were paid when their units were gone: what staff and the clock do with them, on both databases."""

import pytest
import sqlalchemy as sa

from app.core.database import db, run_transaction, transaction
from app.core.mail import Mail
from app.inventory import queries as inventory
from app.inventory.errors import InsufficientStock
from app.inventory.verification import verify
from app.orders import charges, fulfilment, payments, queries, reviews
from app.orders.errors import NotPossibleNow
from app.orders.models import Order, OrderEvent, Payment
from app.orders.providers import Outcome, current_provider
from app.orders.providers.practice import ANSWERS_LATE
from tests.factories import make_product
from tests.inventory.past import change
from tests.orders.bank_books import disagreements
from tests.orders.buying import ADA, act, buy, buy_too_late, status
from tests.orders.test_paying import reference_of

DAY_MS = 24 * 3600 * 1000


@pytest.fixture
def order(any_app):
    return buy_too_late()


def age(days):
    with transaction():
        db.session.execute(sa.update(OrderEvent).values(at=OrderEvent.at - days * DAY_MS))
        db.session.execute(sa.update(Order).values(placed_at=Order.placed_at - days * DAY_MS))


def last_mail():
    return db.session.scalars(sa.select(Mail).order_by(Mail.id.desc())).first()


def is_right():
    return verify() == [] and disagreements() == []


def test_nothing_is_charged_and_the_shopper_is_told(order):
    assert last_mail().to == "ada@example.test"
    assert "looking into it" in last_mail().subject and "Nothing has been charged" in last_mail().body
    assert order.number in {found.number for found in queries.list_orders(ADA.owner)}
    assert is_right()


def test_staff_send_it_when_units_have_come(order):
    with pytest.raises(InsufficientStock):
        act(reviews.supply_order, order, "staff")
    assert status(order) == "stock_review"
    change("CUP", "receive", 1)

    act(reviews.supply_order, order, "staff")

    stock = inventory.get_stock("CUP")
    assert (status(order), stock.on_hand, stock.reserved) == ("paid", 3, 3)
    assert last_mail().subject == f"Your order {order.number}"
    assert is_right()
    act(fulfilment.process_order, order, "staff")
    with pytest.raises(NotPossibleNow):
        act(reviews.supply_order, order, "staff")


def test_staff_refund_it(order):
    act(fulfilment.cancel_order, order, "staff", "None left")
    charges.void_payment(reference_of(order))

    assert status(order) == "cancelled"
    assert "Nothing was charged" in last_mail().body
    assert is_right()
    with pytest.raises(NotPossibleNow):
        act(reviews.backorder_order, order, "staff")


def test_what_is_backordered_waits_and_gets_the_next_units_by_itself(order):
    act(reviews.backorder_order, order, "staff", "The kiln opens on Friday")
    age(days=2)
    assert (reviews.refund_overdue(), reviews.supply_waiting()) == (0, 0)
    assert "waits for the next batch" in last_mail().subject
    change("CUP", "receive", 1)

    assert (reviews.supply_waiting(), reviews.supply_waiting()) == (1, 0)

    assert status(order) == "paid"
    assert [event.note for event in queries.list_events(order.id)][1] == "The kiln opens on Friday"
    assert is_right()


def test_what_nobody_has_decided_is_not_given_units_unasked(order):
    change("CUP", "receive", 1)

    assert reviews.supply_waiting() == 0


def test_a_backorder_that_never_comes_is_refunded_before_the_bank_forgets(order):
    act(reviews.backorder_order, order, "staff")
    age(days=6)

    assert (reviews.refund_overdue(), reviews.refund_overdue()) == (1, 0)
    charges.void_payment(reference_of(order))

    assert status(order) == "cancelled"
    assert is_right()


def test_what_redis_forgot_to_tell_the_bank_is_told_again(order, monkeypatch):
    act(fulfilment.cancel_order, order, "staff")
    told = []
    monkeypatch.setattr(charges.jobs, "run_later", lambda job, *ids, queue: told.append((job.__name__, *ids)))
    charges.queue_lost()
    assert told == []
    age(days=1)

    charges.queue_lost()

    assert told == [("void_payment", reference_of(order))]


def test_money_that_the_bank_finds_after_it_had_declined_goes_back(any_app):
    make_product(sku="CUP", stock=2)
    order = buy(ADA, ANSWERS_LATE, CUP=1)
    reference = reference_of(order)
    payments.settle(reference, Outcome("declined", "The bank never heard of it"))
    assert status(order) == "checkout"
    current_provider()._change(reference, known_at=0)

    payments.settle(reference, Outcome("authorised"))
    charges.void_payment(reference)

    assert db.session.scalar(sa.select(Payment.status)) == "voided"
    assert status(order) == "checkout"
    assert is_right()


def test_a_hold_that_its_shopper_shrank_while_the_bank_thought_is_made_whole(any_app):
    from app.inventory import reservations
    from app.inventory.ledger import Origin

    make_product(sku="CUP", stock=2, threshold=0)
    order = buy(ADA, ANSWERS_LATE, CUP=2)
    run_transaction(lambda: reservations.reserve(ADA, {"CUP": 1}, None, Origin("ada", "through the API")))
    current_provider()._change(reference_of(order), known_at=0)

    payments.settle(reference_of(order), Outcome("authorised"))

    assert (status(order), inventory.get_stock("CUP").reserved) == ("paid", 2)
    assert is_right()
