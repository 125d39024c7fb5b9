"""How urgent a shopper is, read from what they are buying."""

import pytest
import sqlalchemy as sa

from app.chat.desk import bands
from app.core.database import db, now_ms, run_transaction, transaction
from app.inventory.models import Reservation
from app.orders import carts
from app.orders.errors import PaymentDeclined
from app.orders.models import CartLine
from app.orders.providers.practice import DECLINES
from tests.chat.desk import pass_time, wait_in_line
from tests.chat.talking import ADA, JUN
from tests.factories import make_product
from tests.inventory.holding import reserve
from tests.orders.buying import ADA as PARTY
from tests.orders.buying import buy, fill_in, put


def test_the_band_follows_the_shopper_from_the_cart_to_the_payment(any_app):
    make_product(sku="CUP", stock=9)
    room, other = wait_in_line(ADA), wait_in_line(JUN)
    seen = [bands.band_of(room)]

    put(PARTY, CUP=1)
    seen.append(bands.band_of(room))
    fill_in(PARTY)
    seen.append(bands.band_of(room))
    with pytest.raises(PaymentDeclined):
        buy(PARTY, DECLINES, CUP=1)
    seen.append(bands.band_of(room))

    assert seen == [0, 1, 2, 3]
    assert bands.band_of(other) == 0


def test_what_is_saved_for_later_is_no_cart(any_app):
    make_product(sku="CUP", stock=9)
    room = wait_in_line(ADA)
    put(PARTY, CUP=1)
    run_transaction(lambda: carts.save_for_later(PARTY.owner, "CUP", saved=True))

    assert bands.band_of(room) == 0


def test_units_that_are_lost_soon_are_as_urgent_as_a_payment(any_app):
    make_product(sku="CUP", stock=9)
    room = wait_in_line(ADA)
    reserve(PARTY, CUP=1)
    assert bands.band_of(room) == 0

    with transaction():
        db.session.execute(sa.update(Reservation).values(expires_at=now_ms() + 4 * 60_000))

    assert bands.band_of(room) == 3


def test_the_sweep_notices_what_has_changed_for_those_who_wait(any_app):
    make_product(sku="CUP", stock=9)
    room = wait_in_line(ADA)
    version = room.version
    put(PARTY, CUP=1)

    pass_time(room)
    assert (room.band, room.version) == (1, version)

    with transaction():
        db.session.execute(sa.delete(CartLine))
    assert pass_time(room).band == 0
