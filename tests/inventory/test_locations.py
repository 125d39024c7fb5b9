"""Places, and units that move between them."""

import pytest
import sqlalchemy as sa

from app.core.database import db, run_transaction, transaction
from app.core.errors import Invalid, NotFound
from app.inventory import locations, queries
from app.inventory.errors import InsufficientStock, UnknownSku
from app.inventory.models import StockLevel
from app.security.models import AuditEntry
from tests.factories import SHELF, make_product
from tests.inventory.holding import ADA, BY_TEST, figures, reserve

BY_MIRA = {"actor": "user:mira", "role": "staff"}


def add_loft():
    with transaction():
        locations.add_location("loft", "The loft", **BY_MIRA)


def move(sku, quantity, source=SHELF, target="loft"):
    run_transaction(lambda: locations.transfer(sku, source, target, quantity, BY_TEST))


def at(sku):
    return {level.code: level.on_hand for level in locations.list_levels(sku)}


def test_a_transfer_moves_units_and_changes_nothing_in_all(any_app):
    make_product(sku="CUP", stock=10)
    add_loft()

    move("CUP", 4)
    move("CUP", 1, "loft", SHELF)

    assert at("CUP") == {SHELF: 7, "loft": 3}
    assert figures("CUP") == (10, 0, 10)
    kinds = [movement.kind for movement in queries.list_movements("CUP")]
    assert sorted(kinds) == ["opening", "transfer_in", "transfer_in", "transfer_out", "transfer_out"]


def test_what_is_reserved_cannot_leave(any_app):
    make_product(sku="CUP", stock=10)
    add_loft()
    reserve(ADA, CUP=8)

    with pytest.raises(InsufficientStock, match="2 available"):
        move("CUP", 3)

    assert at("CUP") == {SHELF: 10}


@pytest.mark.parametrize(
    ("sku", "quantity", "source", "target", "error"),
    [
        ("CUP", 1, SHELF, SHELF, Invalid),
        ("CUP", 0, SHELF, "loft", Invalid),
        ("CUP", 1, SHELF, "moon", NotFound),
        ("CUP", 1, "loft", SHELF, UnknownSku),
        ("MUG", 1, SHELF, "loft", UnknownSku),
    ],
)
def test_a_transfer_that_makes_no_sense_is_refused(app, sku, quantity, source, target, error):
    make_product(sku="CUP", stock=10)
    add_loft()

    with pytest.raises(error):
        move(sku, quantity, source, target)


def test_a_level_is_made_once_however_often_it_is_ensured(any_app):
    make_product(sku="CUP", stock=10)
    add_loft()

    ids = {run_transaction(lambda: locations.ensure_level("CUP", "loft")) for _ in range(2)}

    assert len(ids) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(StockLevel)) == 2


def test_a_location_is_added_and_renamed_and_the_audit_knows(any_app):
    make_product(sku="CUP", stock=10)
    add_loft()

    with transaction():
        locations.rename_location("loft", "Under the roof", **BY_MIRA)

    rows = {row.code: (row.name, row.skus, row.units) for row in locations.list_locations()}
    assert rows == {SHELF: ("Shelf", 1, 10), "loft": ("Under the roof", 0, 0)}
    assert db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all() == [
        "location_added",
        "location_renamed",
    ]


@pytest.mark.parametrize(
    ("code", "name"), [("Loft!", "Loft"), ("", "Loft"), ("loft", "Again"), ("attic", "")]
)
def test_a_code_is_short_small_and_once(app, code, name):
    add_loft()

    with pytest.raises(Invalid), transaction():
        locations.add_location(code, name, **BY_MIRA)


def test_nobody_renames_what_is_not_there(app):
    with pytest.raises(NotFound), transaction():
        locations.rename_location("moon", "Moon", **BY_MIRA)
