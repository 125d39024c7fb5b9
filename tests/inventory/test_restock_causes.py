"""When something counts as back: for which causes, and after how long."""

import pytest
import sqlalchemy as sa

from app.catalogue.models import Product, Variant
from app.core.database import db, now_ms, transaction
from app.inventory import expiry, locations, queries
from app.inventory.ledger import Change, Origin, apply
from app.inventory.models import Location, Reservation
from app.inventory.restock_waves import look
from tests.factories import make_product, unlock_ledger
from tests.inventory.holding import ADA, BY_TEST, age, release, reserve
from tests.inventory.waiting_list import change, pass_time, told, wait_for_it


@pytest.fixture
def cup(any_app):
    """Sold out, with one person who waits for it, in a shop whose past may be moved."""
    make_product(sku="CUP", stock=0)
    unlock_ledger()
    wait_for_it("CUP", "ada@example.test")


def arrive(kind, source=""):
    with transaction():
        apply(
            queries.get_level("CUP").id,
            "CUP",
            Change(kind, on_hand=2),
            Origin("test", "because", source=source),
        )


@pytest.mark.parametrize(
    "bring_back",
    [
        pytest.param(lambda: change("CUP", "receive", 2), id="received"),
        pytest.param(lambda: change("CUP", "return", 2), id="returned"),
        pytest.param(lambda: change("CUP", "add", 2), id="corrected"),
        pytest.param(lambda: arrive("count"), id="counted"),
        pytest.param(lambda: arrive("opening"), id="stocked for the first time"),
        pytest.param(lambda: arrive("adjust", "import:ab12"), id="imported"),
    ],
)
def test_what_comes_in_is_told_of(cup, bring_back):
    bring_back()
    pass_time(1.1)

    assert (look(), told()) == (1, ["ada@example.test"])


@pytest.fixture
def held_cup(any_app):
    """All units are held by somebody when the next person asks."""
    make_product(sku="CUP", stock=2)
    unlock_ledger()
    held = reserve(ADA, CUP=2)
    wait_for_it("CUP", "ada@example.test")
    return held


def test_a_hold_that_expires_is_no_news(held_cup):
    age(held_cup, 601)
    expiry.expire_due()
    pass_time(40)

    assert look() == 0


def test_a_hold_that_is_given_back_is_no_news(held_cup):
    release(held_cup)
    pass_time(40)

    assert look() == 0


def test_an_order_that_is_cancelled_is_told_of(held_cup):
    with transaction():
        db.session.execute(sa.update(Reservation).values(order_id="KM-1"))
    release(held_cup)
    pass_time(1.1)

    assert look() == 1


def test_what_was_damaged_and_is_not_after_all_is_told_of(any_app):
    make_product(sku="CUP", stock=2)
    unlock_ledger()
    change("CUP", "damage", 2)
    wait_for_it("CUP", "ada@example.test")

    change("CUP", "undamage", 1)
    pass_time(1.1)

    assert look() == 1


def test_units_that_go_from_one_shelf_to_another_are_no_news_and_hide_none(cup):
    with transaction():
        db.session.add(Location(code="cellar", name="Cellar"))
    change("CUP", "receive", 2)
    with transaction():
        locations.transfer("CUP", "shelf", "cellar", 2, BY_TEST)
    pass_time(1.1)

    assert look() == 1


def test_a_hold_that_ends_after_a_delivery_was_sold_out_is_no_news(cup):
    change("CUP", "receive", 2)
    held = reserve(ADA, CUP=2)
    release(held)
    pass_time(1.1)

    assert look() == 0


def test_a_delivery_after_a_hold_has_ended_is_told_of(held_cup):
    release(held_cup)
    change("CUP", "receive", 1)
    pass_time(1.1)

    assert look() == 1


def test_it_must_have_been_there_for_a_minute_on_end(cup):
    change("CUP", "receive", 2)
    pass_time(0.9)
    assert look() == 0

    change("CUP", "remove", 2)
    change("CUP", "receive", 2)
    pass_time(0.9)
    assert look() == 0

    pass_time(0.2)
    assert look() == 1


def test_the_minute_is_the_databases(cup, monkeypatch):
    change("CUP", "receive", 2)
    monkeypatch.setattr("time.time_ns", lambda: 4_000_000_000_000_000_000)

    assert look() == 0


def test_what_is_gone_again_is_not_told_of(cup):
    change("CUP", "receive", 2)
    pass_time(1.1)
    change("CUP", "remove", 2)

    assert look() == 0


@pytest.mark.parametrize(
    "leave",
    [
        pytest.param(lambda: sa.update(Variant).values(retired_at=now_ms()), id="retired"),
        pytest.param(lambda: sa.update(Product).values(status="archived"), id="archived"),
        pytest.param(lambda: sa.update(Product).values(status="draft"), id="draft"),
    ],
)
def test_what_is_no_longer_sold_is_not_told_of(cup, leave):
    change("CUP", "receive", 2)
    pass_time(1.1)
    with transaction():
        db.session.execute(leave())

    assert look() == 0


def test_a_sku_is_not_told_of_by_the_stock_of_another(cup):
    make_product(sku="BOWL", stock=0)
    wait_for_it("BOWL", "ada@example.test")
    change("CUP", "receive", 1)
    pass_time(1.1)

    assert look() == 1
