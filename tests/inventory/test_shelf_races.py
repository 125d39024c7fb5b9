"""Units that are carried and counted while others buy them: real processes, both databases, the oracle as the judge."""

from collections import Counter

import pytest
import sqlalchemy as sa

from app.core.database import db, transaction
from app.inventory import locations, queries, verification
from app.inventory.models import Reservation
from tests.factories import SHELF, make_product
from tests.inventory.holding import BY_TEST, figures
from tests.inventory.racing import FULL, SMALL, sizes
from tests.inventory.shelf_racers import LOFT

pytestmark = pytest.mark.timeout(200)


def make_shelves(sku, units, *, upstairs):
    make_product(sku=sku, stock=units)
    with transaction():
        if LOFT not in locations.name_locations():
            locations.add_location(LOFT, "The loft", actor="test", role="staff")
        locations.transfer(sku, SHELF, LOFT, upstairs, BY_TEST)


def at(sku):
    return {level.code: level.on_hand for level in locations.list_levels(sku)}


def released_owners():
    gone = sa.select(Reservation.owner).where(Reservation.status == "released")
    return Counter(owner.removeprefix("ext:") for owner in db.session.scalars(gone))


@pytest.mark.slow
@sizes((SMALL, 3), (FULL, 3))
def test_the_last_units_carried_both_ways_at_once_are_at_one_place_in_the_end(race, size, units):
    make_shelves("LAST", units, upstairs=units)

    heard = Counter(race("carry", size, sku="LAST", units=units))

    assert set(heard) <= {"moved", "stays"}
    assert heard["moved"] >= 1
    assert sorted(at("LAST").values()) == [0, units]
    assert at("LAST")[LOFT] == (0 if heard["moved"] % 2 else units)


@sizes((SMALL, 60), (FULL, 900))
def test_shoppers_find_every_unit_wherever_it_is_carried_meanwhile(race, size, units):
    make_shelves("CUP", units, upstairs=units // 2)

    heard = Counter(race("carry_or_buy", size, sku="CUP"))

    buyers = size[0] * size[1] * 4 // 5
    assert set(heard) <= {"held", "moved", "stays"}
    assert heard["held"] == buyers
    assert figures("CUP") == (units, buyers, units - buyers)


@pytest.mark.slow
@sizes((SMALL, 45), ((5, 60), 260))
def test_a_forced_count_releases_whom_it_names_and_nobody_else(race, size, units):
    make_product(sku="CUP", stock=units)

    heard = race("count_or_buy_or_pay", size, sku="CUP")

    counted = [answer for answer in heard if isinstance(answer, list)]
    told = Counter(answer for answer in heard if isinstance(answer, str))
    named = Counter(name.removeprefix("Program ") for _, _, released in counted for name in released)
    lost = sum(before - after for before, after, _ in counted)
    assert len(counted) == size[0] * size[1] // 5
    assert set(told) <= {"held", "committed", "insufficient_stock", "reservation_gone"}
    assert named == released_owners()
    assert queries.get_stock("CUP").on_hand == units - lost - told["committed"]


@pytest.mark.slow
@pytest.mark.on_both
@sizes(((2, 8), 8), ((5, 20), 40))
def test_carrying_counting_and_selling_at_once_breaks_nothing(race, size, units):
    skus = ["CUP", "MUG", "VASE"]
    for sku in skus:
        make_shelves(sku, 60, upstairs=20)

    heard = Counter(race("work_on_shelves", size, skus=skus, acts=units))

    assert heard == {"done": size[0] * size[1]}
    assert verification.verify() == []
