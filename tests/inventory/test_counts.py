"""The stock-take: differences become movements; sales, holds and paid orders are not trampled on."""

import pytest
import sqlalchemy as sa

from app.core.database import db, run_transaction, transaction
from app.core.errors import Invalid
from app.inventory import counts, locations, queries
from app.inventory.adjustments import change_stock
from app.inventory.errors import CountBelowReserved, StaleVersion
from app.inventory.models import Reservation
from app.inventory.reservations import Party
from app.security.models import AuditEntry
from tests.factories import SHELF, make_product
from tests.inventory.holding import ADA, BY_TEST, JUN, age, figures, process, reserve


def version(sku="CUP"):
    return locations.list_levels(sku)[0].version


def count(counted, *, expect=None, force=False, location=SHELF):
    expect = version() if expect is None else expect
    return run_transaction(
        lambda: counts.count_stock(
            "CUP", location, counted, BY_TEST, expect=expect, role="staff", force=force
        )
    )


def change(operation, quantity):
    run_transaction(lambda: change_stock("CUP", operation, quantity, BY_TEST))


def confirm(held):
    with transaction():
        db.session.execute(
            sa.update(Reservation)
            .where(Reservation.id == held.id)
            .values(status="confirmed", order_id="KM-1")
        )


def test_a_difference_is_one_movement_of_its_own_kind(any_app):
    make_product(sku="CUP", stock=12)

    counted = count(11)

    assert (counted.before, counted.after) == (12, 11)
    newest = queries.list_movements("CUP")[0]
    assert (newest.kind, newest.d_on_hand, newest.on_hand_after) == ("count", -1, 11)


def test_an_equal_count_moves_nothing(any_app):
    make_product(sku="CUP", stock=12)
    before = version()

    count(12)

    assert version() == before


def test_a_sale_meanwhile_sends_the_count_back(any_app):
    make_product(sku="CUP", stock=12)
    seen = version()
    change("sale", 1)

    with pytest.raises(StaleVersion) as refused:
        count(12, expect=seen)

    assert (refused.value.facts["onHand"], figures("CUP")[0]) == (11, 11)
    count(12, expect=refused.value.facts["version"])
    assert figures("CUP")[0] == 12


def test_a_sale_meanwhile_is_told_even_when_the_figure_agrees_again(any_app):
    make_product(sku="CUP", stock=12)
    seen = version()
    change("sale", 1)
    change("receive", 1)

    with pytest.raises(StaleVersion):
        count(12, expect=seen)


def test_a_hold_meanwhile_is_no_matter_to_the_shelf(any_app):
    make_product(sku="CUP", stock=12)
    seen = version()
    reserve(ADA, CUP=2)

    count(11, expect=seen)

    assert figures("CUP") == (11, 2, 9)


def test_fewer_than_promised_names_what_stands_in_the_way_and_changes_nothing(any_app):
    make_product(sku="CUP", stock=12)
    reserve(ADA, CUP=5)
    reserve(JUN, CUP=4)

    with pytest.raises(CountBelowReserved) as refused:
        count(7)

    assert {held.owner_name for held in refused.value.facts["standing"]} == {"Program ada", "Program jun"}
    assert refused.value.facts["canForce"] is True
    assert figures("CUP") == (12, 9, 3)


def test_forced_the_newest_holds_go_until_it_fits(any_app):
    make_product(sku="CUP", stock=12)
    age(reserve(ADA, CUP=5), 60)
    reserve(JUN, CUP=4)

    counted = count(7, force=True)

    assert counted.released == ("Program jun",)
    assert figures("CUP") == (7, 5, 2)
    assert "hold_released" in db.session.scalars(sa.select(AuditEntry.action)).all()


def test_forced_any_number_of_holds_goes(any_app):
    make_product(sku="CUP", stock=120)
    for number in range(110):
        reserve(Party(f"ext:{number}"), CUP=1)

    count(5, force=True)

    assert figures("CUP") == (5, 5, 0)


def test_what_is_paid_for_is_never_taken(any_app):
    make_product(sku="CUP", stock=12)
    confirm(reserve(ADA, CUP=8))
    reserve(JUN, CUP=2)

    with pytest.raises(CountBelowReserved) as refused:
        count(7, force=True)

    assert refused.value.facts["canForce"] is False
    assert "confirmed" in {held.status for held in refused.value.facts["standing"]}
    assert figures("CUP") == (12, 10, 2)
    count(8, force=True)
    assert figures("CUP") == (8, 8, 0)


def test_damaged_units_are_on_the_shelf_too(any_app):
    make_product(sku="CUP", stock=12)
    change("damage", 3)

    with pytest.raises(CountBelowReserved, match="3 are set aside"):
        count(2, force=True)

    count(3)
    assert figures("CUP") == (3, 0, 0)


def test_a_hold_that_was_sold_meanwhile_is_a_sale(any_app):
    make_product(sku="CUP", stock=12)
    held = reserve(ADA, CUP=5)
    seen = version()
    process("KM-1", held)

    with pytest.raises(StaleVersion):
        count(12, expect=seen, force=True)


@pytest.mark.parametrize(("counted", "location"), [(-1, SHELF), (1_000_001, SHELF), (3, "moon")])
def test_a_count_of_nothing_that_can_be_is_refused(app, counted, location):
    make_product(sku="CUP", stock=12)

    with pytest.raises(Invalid):
        count(counted, location=location)
