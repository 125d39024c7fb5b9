"""A rival acts between the look and the act of somebody else, at a line that is chosen, not met by luck."""

import threading

import pytest

from app.core.database import transaction
from app.inventory import adjustments, expiry, reservations
from app.inventory.adjustments import change_stock
from app.inventory.errors import StaleVersion
from app.inventory.ledger import apply
from tests.factories import make_product
from tests.inventory.holding import ADA, BY_TEST, age, figures, release, reserve, sell


def test_a_renewal_between_the_sweeps_look_and_its_act_wins(any_app, monkeypatch):
    make_product(sku="CUP", stock=5)
    held = reserve(ADA, CUP=2)
    age(held, 601)
    act = expiry.expire

    def renew_first(reservation_id):
        reserve(ADA, CUP=2)
        return act(reservation_id)

    monkeypatch.setattr(expiry, "expire", renew_first)

    assert expiry.expire_due() == 0
    assert (release(held).id, figures("CUP")) == (held.id, (5, 0, 5))


# On SQLite the look is already inside the write lock.
on_postgres = pytest.mark.parametrize(
    "database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)


def run_aside(app, action):
    """In another thread, to its end."""

    def run():
        with app.app_context():
            action()

    rival = threading.Thread(target=run)
    rival.start()
    rival.join(20)


@on_postgres
def test_a_count_that_is_overtaken_between_its_look_and_its_write_is_stale(app, monkeypatch):
    make_product(sku="CUP", stock=5)

    def overtaken(*args, **options):
        run_aside(app, lambda: reserve(ADA, CUP=1))
        return apply(*args, **options)

    monkeypatch.setattr(adjustments, "apply", overtaken)

    with pytest.raises(StaleVersion), transaction():
        change_stock("CUP", "set", 3, BY_TEST, expect=1)
    assert figures("CUP") == (5, 1, 4)


@on_postgres
def test_a_till_that_is_overtaken_between_its_look_and_its_hold_leaves_none(app, monkeypatch):
    make_product(sku="CUP", stock=5)
    act = reservations.reserve

    def overtaken(*args):
        monkeypatch.setattr(reservations, "reserve", act)
        run_aside(app, lambda: sell("KM-1", CUP=2))
        return act(*args)

    monkeypatch.setattr(reservations, "reserve", overtaken)

    assert sell("KM-1", CUP=2).status == "committed"
    assert figures("CUP") == (3, 0, 3)
