"""Many want the same at once: real processes, both databases, the oracle as the judge."""

import json
from collections import Counter

import pytest
import sqlalchemy as sa

from app.core.database import db
from app.core.idempotency import IdempotencyKey
from app.inventory import queries
from app.inventory.models import Reservation
from app.inventory.reservations import Party
from app.security.tokens import create_token
from tests.factories import make_product
from tests.inventory.holding import age, figures, reserve
from tests.inventory.racing import FULL, SMALL, sizes

pytestmark = pytest.mark.timeout(200)


@pytest.fixture
def as_program(any_app):
    token = create_token("till", ["inventory:read", "inventory:write"])
    return {"Authorization": f"Bearer {token}"}


def statuses():
    return Counter(db.session.scalars(sa.select(Reservation.status)).all())


@pytest.mark.slow
@sizes((SMALL, 20), (FULL, 100))
def test_removers_take_what_is_there_and_no_more(race, size, units):
    make_product(sku="LAST", stock=units)

    heard = Counter(race("remove", size, sku="LAST"))

    assert heard == {1: units, "insufficient_stock": size[0] * size[1] - units}
    assert (queries.get_stock("LAST").on_hand, queries.get_stock("LAST").version) == (0, units + 1)


@pytest.mark.on_both
@sizes((SMALL, 20), (FULL, 100))
def test_buyers_of_one_unit_hold_exactly_what_there_is(race, size, units):
    make_product(sku="LAST", stock=units)

    heard = Counter(race("buy", size, sku="LAST"))

    assert heard == {1: units, -1: size[0] * size[1] - units}
    assert figures("LAST") == (units, units, 0)


@pytest.mark.slow
@sizes((SMALL, 60), (FULL, 1000))
def test_of_random_quantities_none_is_refused_that_would_have_fitted(race, size, units):
    make_product(sku="LAST", stock=units)

    heard = race("buy", size, sku="LAST", most=5)

    left = queries.get_stock("LAST").available
    assert sum(answer for answer in heard if answer > 0) == units - left
    assert all(-answer > left for answer in heard if answer < 0)


@sizes((SMALL, 30), (FULL, 400))
def test_carts_in_opposite_orders_meet_no_deadlock(race, size, units):
    skus = [f"CUP-{number}" for number in range(4)]
    for sku in skus:
        make_product(sku=sku, stock=units)

    heard = Counter(race("buy_all", size, skus=skus))

    assert set(heard) <= {"held", "committed", "released", "insufficient_stock"}
    assert heard["committed"] > 0
    kept = heard["held"] + heard["committed"]
    assert [queries.get_stock(sku).available for sku in skus] == [units - kept] * 4


@pytest.mark.slow
@sizes((SMALL, 31), ((5, 100), 301))
def test_one_sku_on_two_lines_counts_twice(race, as_program, size, units):
    make_product(sku="CUP", stock=units)
    lines = [{"productId": "CUP", "quantity": 1}, {"productId": "CUP", "quantity": 2}]
    call = {"method": "PATCH", "json": {"ownerId": "o{number}", "lines": lines}, "headers": as_program}

    heard = Counter(status for status, _ in race("ask", size, call=call))

    assert heard == {200: units // 3, 409: size[0] * size[1] - units // 3}
    assert figures("CUP")[1:] == (units - 1, 1)


@pytest.mark.slow
@sizes((SMALL, 5), ((5, 100), 5))
def test_one_owner_in_many_tabs_has_one_hold(race, size, units):
    make_product(sku="CUP", stock=units)

    heard = set(race("same_owner", size, sku="CUP"))

    assert len(heard) == 1
    assert statuses() == {"held": 1}
    assert 1 <= figures("CUP")[1] <= units


@sizes((SMALL, 10), ((5, 100), 10))
def test_one_key_fifty_times_at_once_takes_effect_once_and_all_hear_the_same(race, as_program, size, units):
    make_product(sku="CUP", stock=units)
    call = {
        "method": "PATCH",
        "json": {"ownerId": "ada", "productId": "CUP", "quantity": 3},
        "headers": {**as_program, "Idempotency-Key": "again and again"},
    }

    heard = race("ask", size, call=call)

    assert {json.dumps(answer) for answer in heard} == {json.dumps([200, heard[0][1]])}
    assert (figures("CUP"), queries.get_stock("CUP").version) == ((units, 3, units - 3), 2)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(IdempotencyKey)) == 1
    other = {**call, "json": {"ownerId": "ada", "productId": "CUP", "quantity": 4}}
    assert {status for status, _ in race("ask", (1, 4), call=other)} == {422}


@pytest.mark.slow
@sizes((SMALL, 10), ((5, 40), 100))
def test_a_sale_and_the_clock_meet_and_one_of_them_wins(race, size, units):
    make_product(sku="CUP", stock=units)
    late = [reserve(Party(f"ext:{number}"), CUP=1) for number in range(units)]
    for held in late:
        age(held, 601)

    heard = Counter(race("process_or_expire", size, holds=[held.id for held in late]))

    after = statuses()
    assert set(heard) <= {"committed", "expired", "too late", "reservation_gone"}
    assert after["committed"] + after["expired"] == units
    assert heard["expired"] == after["expired"]
    assert figures("CUP") == (units - after["committed"], 0, units - after["committed"])


@pytest.mark.slow
@sizes((SMALL, 50), ((5, 40), 200))
def test_a_renewal_and_the_sweep_meet_and_everybody_who_came_has_a_hold(race, size, units):
    make_product(sku="CUP", stock=units)
    owners = size[0] * size[1] // 2
    for number in range(owners):
        age(reserve(Party(f"ext:{number}"), CUP=1), 601)

    heard = race("renew_or_sweep", size, sku="CUP")

    swept = sum(answer for answer in heard if isinstance(answer, int))
    assert Counter(answer for answer in heard if isinstance(answer, str)) == {"held": owners}
    after = statuses()
    assert after["held"] == owners
    assert after["expired"] >= swept  # a sweep that was told to come again forgot what it had ended
    assert figures("CUP")[1] == owners


@sizes((SMALL, 15), ((5, 40), 60))
def test_many_sweepers_end_each_hold_once(race, size, units):
    make_product(sku="CUP", stock=units)
    for number in range(units):
        age(reserve(Party(f"ext:{number}"), CUP=1), 601)

    heard = race("sweep", (2, 4) if size == SMALL else size)

    assert 0 < sum(heard) <= units
    assert (statuses(), figures("CUP")) == ({"expired": units}, (units, 0, units))


@pytest.mark.slow
@sizes((SMALL, 50), ((5, 100), 500))
def test_a_count_never_undoes_what_came_meanwhile(race, size, units):
    make_product(sku="CUP", stock=units)

    heard = Counter(race("count_or_buy", size, sku="CUP"))

    staff = size[0] * size[1] // 5
    assert heard == {"set": staff, 1: units - staff}
    assert figures("CUP") == (units - staff, units - staff, 0)


@pytest.mark.slow
@sizes((SMALL, 5), ((5, 100), 20))
def test_an_order_sent_by_several_tills_is_sold_once_and_leaves_no_hold(race, size, units):
    make_product(sku="CUP", stock=units)

    heard = Counter(race("sell", size, sku="CUP", orders=units))

    assert heard == {"committed": size[0] * size[1]}
    assert (statuses(), figures("CUP")) == ({"committed": units}, (0, 0, 0))


@pytest.mark.on_both
@sizes(((2, 8), 8), ((5, 20), 40))
def test_everything_at_once_breaks_nothing(race, size, units):
    skus = [f"CUP-{number}" for number in range(5)]
    for sku in skus:
        make_product(sku=sku, stock=20)

    heard = Counter(race("anything", size, skus=skus, acts=units))

    assert heard == {"done": size[0] * size[1]}
