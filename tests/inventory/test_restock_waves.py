"""Who is told that something is back: three for each unit, the oldest first, each once."""

import threading

from app.core.database import db
from app.inventory import restock_waves
from app.inventory.restock_waves import look
from tests.factories import make_product, unlock_ledger
from tests.inventory.waiting_list import change, pass_time, told, wait_for_it


def people(count):
    return [f"p{number}@example.test" for number in range(count)]


def test_three_for_each_unit_are_told_the_oldest_first(any_app):
    make_product(sku="CUP", stock=0)
    unlock_ledger()
    wait_for_it("CUP", *people(8))
    change("CUP", "receive", 2)
    pass_time(1.1)

    assert [look(), look()] == [6, 0]
    assert told() == people(6)


def test_the_next_wave_comes_after_half_an_hour_if_units_are_left(any_app):
    make_product(sku="CUP", stock=0)
    unlock_ledger()
    wait_for_it("CUP", *people(8))
    change("CUP", "receive", 1)
    pass_time(1.1)
    look()

    pass_time(29)
    assert look() == 0
    pass_time(1.1)
    assert look() == 3

    change("CUP", "remove", 1)
    pass_time(31)
    assert look() == 0
    assert told() == people(6)


def test_what_sold_out_and_came_back_again_has_a_wave_of_its_own(any_app):
    make_product(sku="CUP", stock=0)
    unlock_ledger()
    wait_for_it("CUP", *people(8))
    change("CUP", "receive", 1)
    pass_time(1.1)
    look()

    change("CUP", "remove", 1)
    change("CUP", "receive", 1)
    pass_time(1.1)

    assert (look(), told()) == (3, people(6))


def test_a_wave_larger_than_one_transaction_is_told_whole(any_app, monkeypatch):
    monkeypatch.setattr(restock_waves, "CHUNK", 2)
    make_product(sku="CUP", stock=0)
    unlock_ledger()
    wait_for_it("CUP", *people(8))
    change("CUP", "receive", 2)
    pass_time(1.1)

    assert (look(), told()) == (6, people(6))


def test_a_long_past_is_read_in_pages(any_app, monkeypatch):
    monkeypatch.setattr(restock_waves, "PAGE", 2)
    monkeypatch.setattr(restock_waves, "NEWEST_FIRST", restock_waves.NEWEST_FIRST.limit(2))
    make_product(sku="CUP", stock=0)
    unlock_ledger()
    wait_for_it("CUP", "ada@example.test")
    change("CUP", "receive", 9)
    for _ in range(5):
        change("CUP", "remove", 1)
    pass_time(1.1)

    assert look() == 1


def test_two_clocks_at_once_tell_once(any_app):
    make_product(sku="CUP", stock=0)
    unlock_ledger()
    wait_for_it("CUP", *people(20))
    change("CUP", "receive", 2)
    pass_time(1.1)
    start, counts = threading.Barrier(4), []

    def run():
        with any_app.app_context():
            start.wait()
            counts.append(look())
            db.session.remove()

    clocks = [threading.Thread(target=run) for _ in range(4)]
    for clock in clocks:
        clock.start()
    for clock in clocks:
        clock.join()

    assert (sum(counts), told()) == (6, people(6))
