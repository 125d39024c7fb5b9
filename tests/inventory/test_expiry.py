"""The end of a hold's time, with and without a sweeper, on both databases."""

import pytest
import sqlalchemy as sa

from app.core.database import db
from app.inventory import expiry, queries
from app.inventory.errors import InsufficientStock, ReservationGone
from app.inventory.models import Reservation
from tests.factories import make_product
from tests.inventory.holding import ADA, JUN, age, figures, release, reserve


def test_a_hold_whose_time_is_over_makes_room_without_a_sweeper(any_app):
    make_product(sku="CUP", stock=2)
    late = reserve(ADA, CUP=2)
    age(late, 601)

    reserve(JUN, CUP=2)

    assert figures("CUP") == (2, 2, 0)
    assert [row.kind for row in queries.list_movements("CUP")][:2] == ["reserve", "expire"]
    with pytest.raises(ReservationGone):
        release(late)


def test_an_owner_who_comes_back_in_time_keeps_the_hold(any_app):
    make_product(sku="CUP", stock=2)
    held = reserve(ADA, CUP=2)
    age(held, 601)

    assert reserve(ADA, CUP=2).id == held.id
    assert expiry.expire_due() == 0


def test_renewing_ends_at_the_longest_time_and_the_units_go_back_on_the_shelf(any_app):
    make_product(sku="CUP", stock=2)
    held = reserve(ADA, CUP=2)
    age(held, 1300)
    renewed = reserve(ADA, CUP=2)
    hard = db.session.scalar(sa.select(Reservation.hard_expires_at).where(Reservation.id == held.id))
    assert renewed.expires_at == hard

    age(held, 600)
    with pytest.raises(ReservationGone):
        reserve(ADA, CUP=2)

    assert figures("CUP") == (2, 0, 2)
    assert reserve(ADA, CUP=1).id != held.id


def test_the_sweep_ends_what_is_due_and_nothing_else(any_app):
    make_product(sku="CUP", stock=5)
    age(reserve(ADA, CUP=2), 601)
    reserve(JUN, CUP=1)

    assert (expiry.expire_due(), expiry.expire_due()) == (1, 0)
    assert figures("CUP") == (5, 1, 4)


def test_who_found_nothing_is_remembered_once(any_app):
    make_product(sku="CUP", stock=1)
    for _ in range(3):
        with pytest.raises(InsufficientStock):
            reserve(ADA, CUP=4)
    any_app.extensions["refused_demand"].flush()
    with pytest.raises(InsufficientStock):
        reserve(ADA, CUP=4)
    any_app.extensions["refused_demand"].flush()

    rows = db.session.execute(sa.text("SELECT quantity, available, owner FROM refused_demand")).all()
    assert [tuple(row) for row in rows] == [(4, 1, "ext:ada")]
