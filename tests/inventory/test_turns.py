"""A SKU that everybody wants takes a few connections of the database, and no more."""

import threading

import pytest

from app.core.database import db
from app.core.errors import DatabaseBusy
from app.inventory import expiry, turns
from app.inventory.turns import AT_ONCE, take_turn
from tests.factories import make_product
from tests.inventory.holding import figures
from tests.inventory.holding import reserve as reserve_for


def start(action):
    thread = threading.Thread(target=action, daemon=True)
    thread.start()
    return thread


def occupy(sku, release, count=AT_ONCE):
    """Threads that stand at the SKU until `release` is set. Returns once all of them do."""
    arrived = threading.Barrier(count + 1)

    def stand():
        with take_turn([sku]):
            arrived.wait(10)
            release.wait(10)

    threads = [start(stand) for _ in range(count)]
    arrived.wait(10)
    return threads


def test_one_more_waits_until_a_place_is_free():
    release, entered = threading.Event(), threading.Event()
    occupy("CUP", release)

    def enter():
        with take_turn(["CUP"]):
            entered.set()

    start(enter)
    with take_turn(["POT"]):
        assert not entered.wait(0.1)
    release.set()

    assert entered.wait(10)


def test_who_waits_too_long_is_told_to_come_again(monkeypatch):
    monkeypatch.setattr(turns, "WAIT_S", 0.05)
    release = threading.Event()
    threads = occupy("CUP", release)

    with pytest.raises(DatabaseBusy), take_turn(["CUP"]):
        pass
    release.set()
    for thread in threads:
        thread.join(10)
    with take_turn(["CUP"]):
        pass


def test_carts_that_name_the_same_skus_in_opposite_orders_never_wait_for_each_other(monkeypatch):
    monkeypatch.setattr(turns, "WAIT_S", 10)
    refused = []

    def shop(skus):
        try:
            for _ in range(200):
                with take_turn(skus):
                    pass
        except DatabaseBusy:
            refused.append(skus)

    threads = [start(lambda skus=skus: shop(skus)) for skus in (["CUP", "POT"], ["POT", "CUP"]) * AT_ONCE]
    for thread in threads:
        thread.join(20)

    assert not any(thread.is_alive() for thread in threads)
    assert refused == []


def test_who_waits_for_one_sku_keeps_nobody_from_the_others():
    release, entered = threading.Event(), threading.Event()
    occupy("CUP", release)

    def want_both():
        with take_turn(["BOWL", "CUP"]):
            pass

    waiting = [start(want_both) for _ in range(AT_ONCE)]

    def enter():
        with take_turn(["BOWL"]):
            entered.set()

    start(enter)
    assert entered.wait(1)
    release.set()
    for thread in waiting:
        thread.join(10)


def test_who_waits_holds_no_connection(any_app):
    make_product(sku="CUP", stock=5)
    release, answered = threading.Event(), threading.Event()
    threads = occupy("CUP", release)

    def ask():
        with any_app.app_context():
            reserve_for(expiry.Party("visitor:late"), CUP=1)
            answered.set()

    db.session.remove()
    threads.append(start(ask))
    assert not answered.wait(0.3)
    assert db.engine.pool.checkedout() == 0
    release.set()

    assert answered.wait(10)
    assert figures("CUP") == (5, 1, 4)
    for thread in threads:
        thread.join(10)
