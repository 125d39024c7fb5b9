"""When alerts open and resolve: each boundary, on both databases."""

import pytest
import sqlalchemy as sa

from app.catalogue.models import Variant
from app.core.database import db, now_ms, transaction
from app.inventory.alerts import check, check_all
from app.inventory.ledger import Change, apply
from app.inventory.models import Location, Reservation, StockLevel
from app.inventory.reservations import Party
from tests.factories import make_category, make_product
from tests.inventory.alerting import (
    BY_TEST,
    all_alerts,
    change,
    give_category_threshold,
    history,
    move_to,
    open_kind,
)
from tests.inventory.holding import process, release, reserve


@pytest.mark.parametrize("left", [12, 11])
def test_above_the_threshold_nothing_opens(any_app, left):
    make_product(sku="CUP", stock=20, threshold=10)

    move_to("CUP", left)

    assert history("CUP") == []


@pytest.mark.parametrize("left", [10, 1])
def test_from_the_threshold_down_to_one_it_is_low(any_app, left):
    make_product(sku="CUP", stock=20, threshold=10)

    move_to("CUP", left)

    opened = all_alerts("CUP")[0]
    assert (opened.kind, opened.available_at_open, opened.opened_version) == ("low", left, 2)


def test_with_none_left_it_is_out(any_app):
    make_product(sku="CUP", stock=20, threshold=10)

    move_to("CUP", 0)

    assert history("CUP") == [("out", True)]


def test_what_was_low_and_runs_out_is_out_alone(any_app):
    make_product(sku="CUP", stock=20, threshold=10)

    move_to("CUP", 3)
    move_to("CUP", 0)

    assert history("CUP") == [("low", False), ("out", True)]


@pytest.mark.parametrize(("left", "after"), [(1, "low"), (10, "low"), (11, None)])
def test_what_is_out_resolves_with_the_first_unit_and_may_be_low(any_app, left, after):
    make_product(sku="CUP", stock=20, threshold=10)
    move_to("CUP", 0)

    move_to("CUP", left)

    assert history("CUP")[0] == ("out", False)
    assert open_kind("CUP") == after


@pytest.mark.parametrize(("threshold", "enough"), [(1, 3), (4, 6), (10, 12), (11, 14), (50, 60)])
def test_low_resolves_only_with_a_fifth_more_and_two_at_least(any_app, threshold, enough):
    make_product(sku="CUP", stock=100, threshold=threshold)
    move_to("CUP", threshold)

    move_to("CUP", enough - 1)
    assert open_kind("CUP") == "low"
    move_to("CUP", enough)

    assert history("CUP") == [("low", False)]


def test_stock_that_wobbles_about_the_threshold_raises_one_alert(any_app):
    make_product(sku="CUP", stock=20, threshold=10)

    for left in (9, 10, 11, 10, 11, 9):
        move_to("CUP", left)

    assert history("CUP") == [("low", True)]


def test_a_second_crossing_after_a_restock_is_news_again(any_app):
    make_product(sku="CUP", stock=20, threshold=10)

    for left in (10, 12, 10):
        move_to("CUP", left)

    assert history("CUP") == [("low", False), ("low", True)]


def test_a_threshold_of_zero_raises_out_but_never_low(any_app):
    make_product(sku="CUP", stock=5, threshold=0)

    move_to("CUP", 1)
    assert history("CUP") == []
    move_to("CUP", 0)
    assert history("CUP") == [("out", True)]
    move_to("CUP", 1)

    assert history("CUP") == [("out", False)]


def test_the_skus_threshold_wins_over_the_categorys_and_that_over_the_shops(any_app):
    give_category_threshold(6)
    make_product(sku="OWN", stock=20, threshold=3)
    make_product(sku="CATEGORYS", stock=20)
    make_product(sku="SHOPS", stock=20, category=make_category(slug="vases", name="Vases"))

    for sku in ("OWN", "CATEGORYS", "SHOPS"):
        move_to(sku, 7)
    assert [open_kind(sku) for sku in ("OWN", "CATEGORYS", "SHOPS")] == [None, None, "low"]
    move_to("OWN", 4)
    move_to("CATEGORYS", 6)

    assert [open_kind(sku) for sku in ("OWN", "CATEGORYS")] == [None, "low"]


def test_what_never_had_stock_has_not_run_out(any_app):
    make_product(sku="CUP", stock=0)

    assert check(["CUP"]) == 0
    assert check_all() == 0
    change("CUP", "receive", 1)
    change("CUP", "remove", 1)

    assert open_kind("CUP") == "out"


def test_a_preorder_of_what_never_came_raises_nothing(any_app):
    make_product(sku="CUP", stock=0)
    with transaction():
        db.session.query(StockLevel).update({"backorder_limit": 5})

    reserve(Party("ext:ada"), CUP=2)

    assert history("CUP") == []


def test_units_in_a_checkout_still_count_and_paid_ones_do_not(any_app):
    make_product(sku="CUP", stock=20, threshold=10)

    held = reserve(Party("ext:ada"), CUP=10)
    assert history("CUP") == []
    confirm(held)

    assert history("CUP") == [("low", True)]
    assert all_alerts("CUP")[0].available_at_open == 10
    process("order-1", held)
    assert history("CUP") == [("low", True)]


def confirm(held):
    """As an order does when it is paid."""
    with transaction():
        flip = sa.update(Reservation).where(Reservation.id == held.id)
        db.session.execute(flip.values(status="confirmed", expires_at=None))
    check(["CUP"])


def test_a_hold_that_ends_moves_no_alert(any_app):
    make_product(sku="CUP", stock=11, threshold=10)

    release(reserve(Party("ext:ada"), CUP=11))

    assert history("CUP") == []


def test_damaged_units_are_not_left(any_app):
    make_product(sku="CUP", stock=11, threshold=10)

    change("CUP", "damage", 11)

    assert history("CUP") == [("out", True)]


def test_all_locations_count_together(any_app):
    make_product(sku="CUP", stock=20, threshold=10)
    add_cellar("CUP", 8)

    move_to("CUP", 3)
    assert history("CUP") == []
    move_to("CUP", 2)

    assert history("CUP") == [("low", True)]


def add_cellar(sku, stock):
    variant_id = db.session.scalar(sa.select(Variant.id).where(Variant.sku == sku))
    with transaction():
        cellar = Location(code="cellar", name="Cellar")
        db.session.add(cellar)
        db.session.flush()
        level = StockLevel(variant_id=variant_id, location_id=cellar.id, on_hand=0, updated_at=now_ms())
        db.session.add(level)
        db.session.flush()
        apply(level.id, sku, Change("opening", on_hand=stock), BY_TEST)
