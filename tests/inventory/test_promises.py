"""What staff keep for somebody: that person's checkout takes it over, and nobody comes in between."""

import pytest

from app.core.database import db, run_transaction
from app.inventory import expiry, holds, promises, reservations
from app.inventory.errors import InsufficientStock, PromiseGone
from app.inventory.holds import hold
from app.inventory.models import Reservation
from app.inventory.reservations import Party
from app.inventory.verification import verify
from app.orders import carts, checkout, payments, queries
from app.orders.errors import EmptyCart
from app.orders.providers.practice import SUCCEEDS
from tests.factories import make_product
from tests.inventory import holding
from tests.inventory.holding import BY_TEST, age, figures, reserve
from tests.orders.buying import ADA, JUN, fill_in, put

KEPT = Party("desk:one", promised_to=ADA.owner)
KEPT_TOO = Party("desk:two", promised_to=ADA.owner)


def take(party, promised, **wanted):
    return run_transaction(lambda: reservations.reserve(party, wanted, None, BY_TEST, promised=promised))


def find(held):
    db.session.expire_all()
    return db.session.get(Reservation, held.id)


def wrongs():
    return [str(finding) for finding in verify() if "alert" not in finding.wrong]


def test_units_that_are_kept_pass_into_the_hold_of_whom_they_are_for(any_app):
    make_product(sku="CUP", stock=3, threshold=0)
    kept = reserve(KEPT, CUP=2)
    version = holding.queries.get_stock("CUP").version

    own = take(ADA, [kept.id], CUP=2)

    assert own.units == {"CUP": 2}
    assert figures("CUP") == (3, 2, 1)
    assert holding.queries.get_stock("CUP").version == version  # no unit moved
    assert (find(kept).status, find(kept).passed_to) == ("released", own.id)
    assert wrongs() == []


def test_what_is_wanted_beyond_the_promise_comes_off_the_shelf(any_app):
    make_product(sku="CUP", stock=3, threshold=0)
    kept = reserve(KEPT, CUP=2)

    own = take(ADA, [kept.id], CUP=3)

    assert own.units == {"CUP": 3}
    assert figures("CUP") == (3, 3, 0)
    assert wrongs() == []


def test_what_was_kept_beyond_the_wish_is_free_again(any_app):
    make_product(sku="CUP", stock=3, threshold=0)
    kept = reserve(KEPT, CUP=3)

    own = take(ADA, [kept.id], CUP=1)

    assert own.units == {"CUP": 1}
    assert figures("CUP") == (3, 1, 2)
    assert wrongs() == []


def test_a_promise_joins_what_the_same_shopper_holds_already(any_app):
    make_product(sku="CUP", stock=4, threshold=0)
    reserve(ADA, CUP=1)
    kept, more = reserve(KEPT, CUP=2), reserve(KEPT_TOO, CUP=1)

    own = take(ADA, [more.id, kept.id], CUP=4)

    assert own.units == {"CUP": 4}
    assert figures("CUP") == (4, 4, 0)
    assert wrongs() == []


def test_a_promise_that_has_ended_is_refused_and_nothing_is_held(any_app):
    make_product(sku="CUP", stock=2, threshold=0)
    kept = reserve(KEPT, CUP=2)
    holding.release(kept)

    with pytest.raises(PromiseGone):
        take(ADA, [kept.id], CUP=2)

    assert figures("CUP") == (2, 0, 2)


def test_checkout_takes_over_what_is_kept_although_the_shelf_is_empty(any_app):
    make_product(sku="CUP", stock=2, threshold=0)
    kept = reserve(KEPT, CUP=2)
    put(ADA, CUP=2)

    order = fill_in(ADA)
    payments.pay(ADA, SUCCEEDS, order.total_minor)

    assert find(kept).passed_to == queries.get_order(order.number).reservation_id
    assert queries.get_order(order.number).status == "paid"
    assert figures("CUP") == (2, 2, 0)
    assert wrongs() == []


def test_nobody_else_gets_what_is_kept(any_app):
    make_product(sku="CUP", stock=2, threshold=0)
    reserve(KEPT, CUP=2)

    with pytest.raises(InsufficientStock):
        put(JUN, CUP=1)


def test_a_checkout_that_has_enough_leaves_the_promise_alone(any_app):
    make_product(sku="CUP", stock=4, threshold=0)
    put(ADA, CUP=2)
    fill_in(ADA)
    kept = reserve(KEPT, CUP=2)

    checkout.hold_cart(ADA)

    assert find(kept).status == "held"
    assert figures("CUP") == (4, 4, 0)


def test_a_promise_of_something_else_stays_where_it_is(any_app):
    make_product(sku="CUP", stock=2, threshold=0)
    make_product(sku="VASE", stock=2, threshold=0)
    kept = reserve(KEPT, VASE=1)
    put(ADA, CUP=1)

    fill_in(ADA)

    assert find(kept).status == "held"


def test_checkout_after_the_promise_has_ended_takes_what_the_shelf_has(any_app):
    make_product(sku="CUP", stock=2, threshold=0)
    kept = reserve(KEPT, ttl_s=60, CUP=2)
    put(ADA, CUP=2)
    age(kept, 120)
    expiry.expire_due()

    fill_in(ADA)

    assert (find(kept).status, find(kept).passed_to) == ("expired", None)
    assert figures("CUP") == (2, 2, 0)


def test_a_promise_past_its_time_still_counts_while_no_sweep_has_met_it(any_app):
    make_product(sku="CUP", stock=2, threshold=0)
    kept = reserve(KEPT, ttl_s=60, CUP=2)
    put(ADA, CUP=2)
    age(kept, 120)

    fill_in(ADA)

    assert find(kept).passed_to
    assert expiry.expire_due() == 0


def test_checkout_looks_again_when_the_promise_ends_between_the_look_and_the_lock(any_app, monkeypatch):
    """As if the sweep came exactly there."""
    make_product(sku="CUP", stock=2, threshold=0)
    kept = reserve(KEPT, CUP=2)
    put(ADA, CUP=2)
    look = promises.list_promises

    def look_and_sweep(whom):
        found = look(whom)
        if found:
            holding.release(kept)
        return found

    monkeypatch.setattr(promises, "list_promises", look_and_sweep)
    order = fill_in(ADA)

    assert find(kept).passed_to is None
    assert holds.get_hold(hold.c.id == order.reservation_id).units == {"CUP": 2}
    assert figures("CUP") == (2, 2, 0)


def test_the_cart_counts_what_is_kept_as_there_for_its_owner(any_app):
    make_product(sku="CUP", stock=2, threshold=0)
    reserve(KEPT, CUP=2)

    added = run_transaction(lambda: carts.fill_up(ADA.owner, "CUP", 2))

    assert added == 2
    assert checkout.kept_units(ADA.owner) == {"CUP": 2}
    assert not queries.read_cart(ADA.owner, checkout.kept_units(ADA.owner)).is_short


def test_filling_up_adds_only_what_the_cart_lacks(any_app):
    make_product(sku="CUP", stock=5, threshold=0)
    put(ADA, CUP=2)

    assert run_transaction(lambda: carts.fill_up(ADA.owner, "CUP", 3)) == 1
    assert run_transaction(lambda: carts.fill_up(ADA.owner, "CUP", 2)) == 0
    assert [item.quantity for item in queries.read_cart(ADA.owner).items] == [3]


def test_at_login_what_was_kept_for_the_guest_is_kept_for_the_account(any_app):
    make_product(sku="CUP", stock=2, threshold=0)
    kept = reserve(KEPT, CUP=2)

    run_transaction(lambda: checkout.merge_checkout(ADA.owner, "user:ada"))

    assert [each.id for each in promises.list_promises("user:ada")] == [kept.id]
    assert promises.list_promises(ADA.owner) == []


def test_an_empty_cart_takes_nothing_over(any_app):
    make_product(sku="CUP", stock=2, threshold=0)
    kept = reserve(KEPT, CUP=2)

    with pytest.raises(EmptyCart):
        checkout.hold_cart(ADA)

    assert find(kept).status == "held"


def test_a_promise_that_ends_while_the_cart_is_checked_is_on_the_shelf_by_then(any_app, monkeypatch):
    """As if the sweep came exactly there: what was kept counts as free, not as gone."""
    make_product(sku="CUP", stock=2, threshold=0)
    kept = reserve(KEPT, CUP=2)
    look = checkout.kept_units

    def look_and_sweep(owner):
        found = look(owner)
        holding.release(kept)
        return found

    monkeypatch.setattr(checkout, "kept_units", look_and_sweep)

    assert run_transaction(lambda: carts.fill_up(ADA.owner, "CUP", 2)) == 2
