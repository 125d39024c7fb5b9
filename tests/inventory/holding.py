"""Holding, selling and ageing holds, as the API does and as time does."""

import sqlalchemy as sa

from app.core.database import db, run_transaction, transaction
from app.inventory import expiry, holds, queries, reservations
from app.inventory.ledger import Origin
from app.inventory.models import Reservation
from app.inventory.reservations import Party

BY_TEST = Origin("test", "because")
ADA = Party("ext:ada")
JUN = Party("ext:jun")


def reserve(party, ttl_s=None, **wanted):
    return expiry.with_room(
        party, wanted, lambda: run_transaction(lambda: reservations.reserve(party, wanted, ttl_s, BY_TEST))
    )


def release(held):
    return run_transaction(lambda: reservations.release(held.id, BY_TEST))


def process(order_id, held):
    return run_transaction(lambda: reservations.process_order(order_id, held.id, BY_TEST))


def sell(order_id, **wanted):
    """At once, as a till does."""
    return expiry.with_room_for_order(
        order_id, wanted, lambda: run_transaction(lambda: reservations.sell(order_id, wanted, BY_TEST))
    )


def figures(sku):
    stock = queries.get_stock(sku)
    return stock.on_hand, stock.reserved, stock.available


def age(held, seconds):
    """As if the hold had been made so long ago."""
    ms = seconds * 1000
    with transaction():
        db.session.execute(
            sa.update(Reservation)
            .where(Reservation.id == held.id)
            .values(
                expires_at=Reservation.expires_at - ms,
                hard_expires_at=Reservation.hard_expires_at - ms,
                created_at=Reservation.created_at - ms,
            )
        )


def lines(held):
    return {taken.level_id: taken.quantity for taken in holds.read_lines(held.id)}
