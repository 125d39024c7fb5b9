"""Processing, shipping, cancelling and taking back: each once, with the stock and the money that belong to it."""

import pytest
import sqlalchemy as sa

from app.core.database import db
from app.core.errors import Invalid
from app.inventory import queries as inventory
from app.orders import charges, fulfilment
from app.orders.errors import NotPossibleNow
from app.orders.models import Payment, Refund
from app.orders.providers import current_provider
from tests.factories import make_product
from tests.orders.buying import ADA, act, buy, process, status


def figures(sku="CUP"):
    stock = inventory.get_stock(sku)
    return stock.on_hand, stock.reserved, stock.unavailable


def books(order):
    reference = db.session.scalar(sa.select(Payment.reference).where(Payment.order_id == order.id))
    return current_provider().books(reference)


@pytest.fixture
def order(any_app):
    make_product(sku="CUP", stock=10, price=2400)
    return buy(ADA, CUP=3)


def ship(order):
    process(order)
    act(fulfilment.ship_order, order, "staff")


def refund_all():
    for refund_id in db.session.scalars(sa.select(Refund.id)).all():
        charges.send_refund(refund_id)
        charges.send_refund(refund_id)


def test_processing_takes_the_units_off_the_shelf_once(order):
    process(order)
    with pytest.raises(NotPossibleNow):
        process(order)

    assert (status(order), figures()) == ("processing", (7, 0, 0))


def test_cancelling_before_it_is_processed_gives_the_units_back_once(order):
    act(fulfilment.cancel_order, order, "staff")
    with pytest.raises(NotPossibleNow):
        act(fulfilment.cancel_order, order, "staff")

    assert (status(order), figures()) == ("cancelled", (10, 0, 0))


def test_cancelling_before_it_is_shipped_restocks_and_refunds(order):
    process(order)
    charges.capture_payment(db.session.scalar(sa.select(Payment.reference)))
    act(fulfilment.cancel_order, order, "staff", "Broke in the kiln")
    refund_all()

    assert (status(order), figures()) == ("cancelled", (10, 0, 0))
    assert books(order)["refunds"] == {f"cancel-{order.number}": 7200}


def test_what_was_shipped_comes_back_in_parts_and_never_twice(order):
    ship(order)
    charges.capture_payment(db.session.scalar(sa.select(Payment.reference)))

    act(fulfilment.return_line, order, "CUP", 1, restock=True, actor="staff")
    assert (status(order), figures()) == ("shipped", (8, 0, 0))
    with pytest.raises(Invalid):
        act(fulfilment.return_line, order, "CUP", 3, restock=True, actor="staff")
    act(fulfilment.return_line, order, "CUP", 2, restock=False, actor="staff")
    refund_all()

    assert (status(order), figures()) == ("returned", (10, 0, 2))
    assert sorted(books(order)["refunds"].values()) == [2400, 4800]


def test_shipped_orders_are_not_cancelled_and_unshipped_ones_not_returned(order):
    with pytest.raises(NotPossibleNow):
        act(fulfilment.return_line, order, "CUP", 1, restock=True, actor="staff")
    ship(order)
    with pytest.raises(NotPossibleNow):
        act(fulfilment.cancel_order, order, "staff")
    act(fulfilment.deliver_order, order, "staff")

    assert status(order) == "delivered"


def test_a_program_that_processes_the_order_by_its_number_moves_it_on(order, any_app):
    from app.security.tokens import create_token

    program = {"Authorization": f"Bearer {create_token('packing', ['inventory:write'])}"}
    client = any_app.test_client()
    answers = [
        client.put("/api/realtime/inventory", json={"orderId": order.number}, headers=program)
        for _ in range(2)
    ]

    assert [answer.json["status"] for answer in answers] == ["committed", "committed"]
    assert (status(order), figures()) == ("processing", (7, 0, 0))
