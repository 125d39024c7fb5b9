"""Holding, shrinking, selling and giving back, on both databases."""

import pytest
import sqlalchemy as sa

from app.core.database import db, run_transaction, transaction
from app.core.errors import Invalid
from app.inventory import queries, reservations
from app.inventory.adjustments import change_stock
from app.inventory.errors import (
    InsufficientStock,
    NoReservation,
    NotForSale,
    OrderProcessed,
    ReservationGone,
    TooManyHolds,
    UnknownSku,
)
from app.inventory.holds import hold
from app.inventory.models import StockLevel
from app.inventory.reservations import Party
from tests.factories import make_product
from tests.inventory.holding import ADA, BY_TEST, JUN, age, figures, lines, process, release, reserve, sell
from tests.inventory.test_ledger import add_second_location


def test_a_hold_takes_units_from_what_is_available_and_a_release_gives_them_back(any_app):
    make_product(sku="CUP", stock=10)

    held = reserve(ADA, CUP=3)
    assert (held.status, figures("CUP")) == ("held", (10, 3, 7))

    assert release(held).status == "released"
    assert figures("CUP") == (10, 0, 10)
    assert [row.kind for row in queries.list_movements("CUP")] == ["release", "reserve", "opening"]
    assert {row.source for row in queries.list_movements("CUP")[:2]} == {f"hold:{held.id}"}


def test_an_owner_has_one_hold_whose_lines_are_set_and_not_added(any_app):
    make_product(sku="CUP", stock=10)
    make_product(sku="VASE", stock=2)

    first = reserve(ADA, CUP=3)
    again = reserve(ADA, CUP=5, VASE=1)
    less = reserve(ADA, CUP=2)

    assert {first.id} == {again.id, less.id}
    assert (figures("CUP"), figures("VASE")) == ((10, 2, 8), (2, 1, 1))


def test_a_hold_of_nothing_is_over(any_app):
    make_product(sku="CUP", stock=10)
    held = reserve(ADA, CUP=3)

    assert reserve(ADA, CUP=0).status == "released"
    assert (figures("CUP"), lines(held)) == ((10, 0, 10), {})
    with pytest.raises(Invalid):
        reserve(ADA, CUP=0)


def test_all_or_nothing_and_every_short_sku_is_named(any_app):
    make_product(sku="CUP", stock=10)
    make_product(sku="VASE", stock=2)
    make_product(sku="LAMP", stock=0)

    with pytest.raises(InsufficientStock) as refusal:
        reserve(ADA, CUP=1, VASE=3, LAMP=1)

    assert refusal.value.facts["short"] == [
        {"productId": "VASE", "missing": 3, "available": 2},
        {"productId": "LAMP", "missing": 1, "available": 0},
    ]
    assert [figures(sku)[1] for sku in ("CUP", "VASE", "LAMP")] == [0, 0, 0]
    assert queries.get_stock("CUP").version == 1


def test_the_own_hold_counts_when_more_is_wanted(any_app):
    make_product(sku="CUP", stock=5)

    reserve(ADA, CUP=4)
    reserve(ADA, CUP=5)

    assert figures("CUP") == (5, 5, 0)
    with pytest.raises(InsufficientStock):
        reserve(ADA, CUP=6)
    with pytest.raises(InsufficientStock):
        reserve(JUN, CUP=1)


@pytest.mark.parametrize("operation", ["remove", "damage"])
def test_what_is_held_cannot_be_taken_off_the_shelf(any_app, operation):
    make_product(sku="CUP", stock=5)
    reserve(ADA, CUP=3)

    with pytest.raises(InsufficientStock), transaction():
        change_stock("CUP", operation, 3, BY_TEST)
    assert figures("CUP") == (5, 3, 2)


def test_units_come_from_as_few_locations_as_they_can(any_app):
    make_product(sku="CUP", stock=2)
    add_second_location("CUP", 4)

    held = reserve(ADA, CUP=5)
    assert list(lines(held).values()) == [2, 3]
    reserve(ADA, CUP=1)
    assert list(lines(held).values()) == [1]
    with pytest.raises(InsufficientStock):
        reserve(JUN, CUP=6)
    assert figures("CUP") == (6, 1, 5)


def test_an_order_takes_the_units_off_the_shelf_once(any_app):
    make_product(sku="CUP", stock=5)
    held = reserve(ADA, CUP=2)

    first = process("KM-1", held)
    again = process("KM-1", held)

    assert (first, first.status, first.order_id) == (again, "committed", "KM-1")
    assert figures("CUP") == (3, 0, 3)
    newest = queries.list_movements("CUP")[0]
    assert (newest.kind, newest.d_on_hand, newest.d_reserved) == ("sale", -2, -2)


def test_a_late_order_still_counts_while_no_sweep_has_met_its_hold(any_app):
    make_product(sku="CUP", stock=5)
    held = reserve(ADA, CUP=2)
    age(held, 601)

    assert process("KM-1", held).status == "committed"


def test_what_has_ended_cannot_be_sold_and_what_is_sold_cannot_be_released(any_app):
    make_product(sku="CUP", stock=5)
    released = reserve(ADA, CUP=2)
    release(released)
    with pytest.raises(ReservationGone):
        process("KM-1", released)

    sold = reserve(ADA, CUP=1)
    process("KM-2", sold)
    with pytest.raises(ReservationGone):
        release(sold)
    other = reserve(ADA, CUP=1)
    assert process("KM-2", other).id == sold.id
    assert figures("CUP") == (4, 1, 3)


def test_an_order_number_belongs_to_one_open_hold(any_app):
    make_product(sku="CUP", stock=5)
    first, second = reserve(ADA, CUP=1), reserve(JUN, CUP=1)
    with transaction():
        db.session.execute(sa.update(hold).where(hold.c.id == first.id).values(order_id="KM-1"))

    with pytest.raises(OrderProcessed):
        process("KM-1", second)
    assert figures("CUP") == (5, 2, 3)


def test_what_one_order_has_paid_for_is_not_sold_as_another(any_app):
    make_product(sku="CUP", stock=5)
    paid = reserve(ADA, CUP=2)
    run_transaction(lambda: reservations.confirm(paid.id, "KM-1"))

    with pytest.raises(ReservationGone, match="belongs to order KM-1"):
        process("KM-2", paid)

    assert figures("CUP") == (5, 2, 3)
    assert process("KM-1", paid).status == "committed"


def test_what_is_not_sold_here(any_app):
    product = make_product(sku="CUP", stock=5)
    held = reserve(ADA, CUP=2)
    with transaction():
        product.status = "archived"

    with pytest.raises(NotForSale):
        reserve(JUN, CUP=1)
    assert reserve(ADA, CUP=1).id == held.id  # giving back is always possible
    with pytest.raises(UnknownSku):
        reserve(JUN, NOPE=1)
    with pytest.raises(NoReservation):
        run_transaction(lambda: reservations.release("none", BY_TEST))


def test_a_shopper_may_hold_so_many_of_one_sku_and_one_address_so_many_holds(make_app):
    app = make_app(INVENTORY_MAX_PER_ORDER="5", INVENTORY_MAX_HOLDS_PER_ADDRESS="2")
    with app.app_context():
        make_product(sku="CUP", stock=50)
        shoppers = [Party(f"visitor:{number}", "address") for number in range(3)]

        with pytest.raises(Invalid):
            reserve(shoppers[0], CUP=6)
        reserve(shoppers[0], CUP=5)
        reserve(shoppers[1], CUP=1)
        with pytest.raises(TooManyHolds):
            reserve(shoppers[2], CUP=1)
        reserve(shoppers[0], CUP=4)
        reserve(Party("ext:till"), CUP=30)
        assert figures("CUP") == (50, 35, 15)


def test_what_was_promised_on_backorder_is_sold_once_it_has_come(any_app):
    make_product(sku="CUP", stock=2)
    with transaction():
        db.session.execute(sa.update(StockLevel).values(backorder_limit=5))
    held = reserve(ADA, CUP=3)

    for sale in (lambda: process("KM-1", held), lambda: sell("KM-2", CUP=4)):
        with pytest.raises(InsufficientStock) as refusal:
            sale()
        assert refusal.value.facts["short"][0]["available"] == 2
    assert figures("CUP") == (2, 3, 4)

    with transaction():
        change_stock("CUP", "receive", 1, BY_TEST)
    process("KM-1", held)
    assert figures("CUP") == (0, 0, 5)
