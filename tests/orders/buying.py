"""Shoppers for tests: what they put into the cart, and how they pay."""

import sqlalchemy as sa

from app.core.database import db, run_transaction, transaction
from app.inventory import expiry
from app.inventory.models import Reservation
from app.inventory.reservations import Party
from app.orders import carts, checkout, fulfilment, payments, queries
from app.orders.models import Payment
from app.orders.providers import Outcome, current_provider
from app.orders.providers.practice import ANSWERS_LATE, SUCCEEDS
from tests.factories import make_product

ADA = Party("visitor:ada", "address")
JUN = Party("visitor:jun", "address")
ADDRESS = {"name": "Ada Novak", "line1": "Quay 1", "postcode": "10115", "city": "Berlin", "country": "DE"}


def put(party, **wanted):
    for sku, quantity in wanted.items():
        run_transaction(lambda: carts.add_to_cart(party.owner, sku, quantity))  # noqa: B023  # run at once


def fill_in(party):
    """Through the steps of checkout, up to the review."""
    checkout.hold_cart(party)
    run_transaction(lambda: checkout.set_contact(party.owner, "ada@example.test", ADDRESS))
    run_transaction(lambda: checkout.set_delivery(party.owner, "pickup"))
    return queries.find_open(party.owner)


def buy(party, card=SUCCEEDS, **wanted):
    put(party, **wanted)
    order = fill_in(party)
    return payments.pay(party, card, order.total_minor)


def buy_too_late():
    """An order of two cups, paid for when one was left."""
    make_product(sku="CUP", stock=2, threshold=0)
    order = buy(ADA, ANSWERS_LATE, CUP=2)
    end_holds()
    buy(JUN, CUP=1)
    reference = db.session.scalar(sa.select(Payment.reference).where(Payment.order_id == order.id))
    current_provider()._change(reference, known_at=0)
    payments.settle(reference, Outcome("authorised"))
    assert status(order) == "stock_review"
    return order


def status(order):
    db.session.rollback()
    return queries.get_order(order.number).status


def act(action, order, *args, **options):
    run_transaction(lambda: action(queries.get_order(order.number), *args, **options))


def process(order):
    act(fulfilment.process_order, order, "staff")


def make_holds_due():
    """As if their time were over, and no clock had noticed."""
    with transaction():
        db.session.execute(sa.update(Reservation).values(expires_at=Reservation.created_at - 1))


def end_holds():
    make_holds_due()
    return expiry.expire_due()
