"""A rival acts between the look and the act of somebody else, at a line that is chosen, not met by luck."""

import threading

import pytest

from app.core.database import transaction
from app.inventory import adjustments, expiry
from app.inventory.adjustments import change_stock
from app.inventory.errors import StaleVersion
from app.inventory.ledger import apply
from tests.factories import make_product
from tests.inventory.holding import ADA, BY_TEST, age, figures, release, reserve


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


@pytest.mark.parametrize(
    "database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
def test_a_count_that_is_overtaken_between_its_look_and_its_write_is_stale(app, monkeypatch):
    """On SQLite the look is already inside the write lock."""
    make_product(sku="CUP", stock=5)

    def buy():
        with app.app_context():
            reserve(ADA, CUP=1)

    def overtaken(*args, **options):
        rival = threading.Thread(target=buy)
        rival.start()
        rival.join(20)
        return apply(*args, **options)

    monkeypatch.setattr(adjustments, "apply", overtaken)

    with pytest.raises(StaleVersion), transaction():
        change_stock("CUP", "set", 3, BY_TEST, expect=1)
    assert figures("CUP") == (5, 1, 4)
