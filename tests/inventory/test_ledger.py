"""The arithmetic of stock, on both databases."""

import pytest
import sqlalchemy as sa

from app.catalogue.models import Variant
from app.core.database import db, now_ms, transaction
from app.core.errors import Invalid
from app.inventory import days, queries
from app.inventory.adjustments import LARGEST_QUANTITY, change_stock
from app.inventory.errors import InsufficientStock, StaleVersion, UnknownSku, VersionRequired
from app.inventory.ledger import Change, Origin, apply
from app.inventory.models import Location, StockLevel, StockMovement
from tests.factories import make_product

BY_TEST = Origin("test", "because", "label", "request-1")


def change(sku, operation, quantity, **options):
    with transaction():
        return change_stock(sku, operation, quantity, BY_TEST, **options)


def movements(sku):
    return [(row.version, row.kind, row.d_on_hand, row.on_hand_after) for row in queries.list_movements(sku)]


def test_every_change_is_a_movement_with_what_was_left(any_app):
    make_product(sku="CUP", stock=10)

    change("CUP", "remove", 3)
    change("CUP", "receive", 5)

    assert queries.get_stock("CUP").on_hand == 12
    assert movements("CUP") == [(3, "receive", 5, 12), (2, "adjust", -3, 7), (1, "opening", 10, 10)]


def test_a_movement_says_who_and_why(any_app):
    make_product(sku="CUP", stock=10)

    change("CUP", "remove", 1)

    newest = queries.list_movements("CUP")[0]
    assert (newest.actor, newest.reason, newest.label, newest.request_id) == (
        "test",
        "because",
        "label",
        "request-1",
    )


@pytest.mark.parametrize("quantity", [11, LARGEST_QUANTITY])
def test_more_than_there_is_cannot_be_taken_and_nothing_is_written(any_app, quantity):
    make_product(sku="CUP", stock=10)

    with pytest.raises(InsufficientStock) as refusal:
        change("CUP", "remove", quantity)

    assert refusal.value.facts == {"productId": "CUP", "available": 10, "onHand": 10}
    assert queries.get_stock("CUP").version == 1
    assert len(movements("CUP")) == 1


def test_the_last_unit_can_be_taken(any_app):
    make_product(sku="CUP", stock=10)

    assert change("CUP", "remove", 10).on_hand == 0


def test_damaged_units_stay_on_hand_but_cannot_be_promised(any_app):
    make_product(sku="CUP", stock=10)

    change("CUP", "damage", 4)

    stock = queries.get_stock("CUP")
    assert (stock.on_hand, stock.unavailable, stock.available) == (10, 4, 6)
    with pytest.raises(InsufficientStock):
        change("CUP", "remove", 7)


def test_set_needs_the_version_that_was_read(any_app):
    make_product(sku="CUP", stock=10)

    with pytest.raises(VersionRequired):
        change("CUP", "set", 4)
    change("CUP", "set", 4, expect=1)

    assert queries.get_stock("CUP").on_hand == 4


def test_a_set_that_saw_an_older_version_changes_nothing(any_app):
    make_product(sku="CUP", stock=10)
    change("CUP", "remove", 1)

    with pytest.raises(StaleVersion) as refusal:
        change("CUP", "set", 4, expect=1)

    assert refusal.value.facts["version"] == 2
    assert queries.get_stock("CUP").on_hand == 9


def test_setting_what_is_there_writes_nothing(any_app):
    make_product(sku="CUP", stock=10)

    change("CUP", "set", 10, expect=1)

    assert queries.get_stock("CUP").version == 1


def test_a_stale_set_to_the_present_figure_is_refused_too(any_app):
    make_product(sku="CUP", stock=10)
    change("CUP", "remove", 1)
    change("CUP", "add", 1)

    with pytest.raises(StaleVersion):
        change("CUP", "set", 10, expect=1)


def test_a_count_at_one_of_two_locations_goes_by_the_version_of_the_sku(any_app):
    make_product(sku="CUP", stock=10)
    add_second_location("CUP", stock=5)
    version = queries.get_stock("CUP").version

    change("CUP", "set", 3, expect=version, location="cellar")

    assert queries.get_stock("CUP").on_hand == 13
    with pytest.raises(StaleVersion):
        change("CUP", "set", 1, expect=version, location="cellar")


def add_second_location(sku, stock):
    with transaction():
        cellar = Location(code="cellar", name="Cellar")
        db.session.add(cellar)
        db.session.flush()
        variant = db.session.scalars(sa.select(Variant).where(Variant.sku == sku)).one()
        level = StockLevel(variant_id=variant.id, location_id=cellar.id, on_hand=0, updated_at=now_ms())
        db.session.add(level)
        db.session.flush()
        apply(level.id, sku, Change("opening", on_hand=stock), BY_TEST)


@pytest.mark.parametrize("operation", ["add", "remove", "receive", "damage", "return"])
@pytest.mark.parametrize("quantity", [0, -1, LARGEST_QUANTITY + 1])
def test_quantities_outside_the_range_are_refused(app, operation, quantity):
    make_product(sku="CUP", stock=10)

    with pytest.raises(Invalid):
        change("CUP", operation, quantity)


def test_unknown_sku_and_unknown_location(app):
    make_product(sku="CUP", stock=10)

    with pytest.raises(UnknownSku):
        change("NOPE", "add", 1)
    with pytest.raises(UnknownSku):
        change("CUP", "add", 1, location="moon")


def test_the_database_refuses_what_a_bypassed_guard_would_write(any_app):
    make_product(sku="CUP", stock=10)

    with pytest.raises(sa.exc.IntegrityError), transaction():
        db.session.execute(sa.update(StockLevel).values(reserved=11))


def test_a_failure_after_the_update_rolls_back_movement_and_level(any_app):
    make_product(sku="CUP", stock=10)
    level = queries.get_level("CUP").id

    with pytest.raises(RuntimeError), transaction():
        apply(level, "CUP", Change("adjust", on_hand=-1), BY_TEST)
        raise RuntimeError("something later failed")

    assert queries.get_stock("CUP").version == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(StockMovement)) == 1


def test_only_the_ledger_updates_stock_levels():
    """Whoever else wrote here would leave no movement behind."""
    from pathlib import Path

    writers = [
        path.name
        for path in Path("app").rglob("*.py")
        if any(
            word in path.read_text() for word in ("update(StockLevel", "update(level)", "UPDATE stock_level")
        )
    ]
    assert writers == ["ledger.py"]


@pytest.mark.parametrize(
    ("stock", "threshold", "state", "left"),
    [
        (0, 5, "out", None),
        (1, 5, "low", 1),
        (5, 5, "low", 5),
        (6, 5, "in", None),
        (10, None, "low", 10),
        (11, None, "in", None),
    ],
)
def test_the_badge_tells_the_number_only_when_there_are_few(app, stock, threshold, state, left):
    make_product(sku="CUP", stock=stock, threshold=threshold)

    badge = queries.get_stock("CUP").badge()

    assert (badge.state, badge.left) == (state, left)


def test_a_date_that_has_passed_and_a_delivery_that_came_promise_nothing(any_app):
    for sku, later in (("LATE", -1), ("TODAY", 0), ("SOON", 9)):
        make_product(sku=sku, stock=0)
        expect_delivery(sku, days.today() + later * days.ONE)

    assert [queries.get_stock(sku).state for sku in ("LATE", "TODAY", "SOON")] == ["out", "back", "back"]

    change("SOON", "receive", 5)
    change("SOON", "remove", 5)
    assert queries.get_stock("SOON").state == "out"


def expect_delivery(sku, day):
    with transaction():
        variant = db.session.scalars(sa.select(Variant).where(Variant.sku == sku)).one()
        db.session.query(StockLevel).filter_by(variant_id=variant.id).update({"expected_on": day})


def test_history_covers_all_locations_newest_first(any_app):
    make_product(sku="CUP", stock=2)
    add_second_location("CUP", 4)

    change("CUP", "receive", 3, location="cellar")
    change("CUP", "receive", 1)

    assert [row.d_on_hand for row in queries.list_movements("CUP")] == [1, 3, 4, 2]
    assert [row.d_on_hand for row in queries.list_movements("CUP", limit=2)] == [1, 3]
