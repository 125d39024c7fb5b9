"""Fifty want one of twenty: real processes, both databases."""

import subprocess
import sys

import pytest
import sqlalchemy as sa

from app.core.database import db
from app.inventory import queries
from app.inventory.models import StockMovement
from tests.factories import make_product

WITHIN_S = 110


def race(environment, sku, *, processes, threads):
    """How many units each process got; all start at once."""
    command = [sys.executable, "-m", "tests.inventory.removers", sku, str(threads)]
    runners = [
        subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(processes)
    ]
    assert [runner.stdout.readline() for runner in runners] == ["ready\n"] * processes
    for runner in runners:
        runner.stdin.write("go\n")
        runner.stdin.flush()
    won = [int(runner.communicate(timeout=WITHIN_S)[0]) for runner in runners]
    db.session.rollback()
    return won


def test_fifty_removers_of_twenty_units_get_exactly_twenty(any_app, process_environment):
    make_product(sku="LAST", stock=20)

    won = race(process_environment, "LAST", processes=5, threads=10)

    stock = queries.get_stock("LAST")
    assert (sum(won), stock.on_hand, stock.version) == (20, 0, 21)
    versions = db.session.scalars(sa.select(StockMovement.version).order_by(StockMovement.version)).all()
    assert versions == list(range(1, 22))


@pytest.mark.slow
def test_a_thousand_buyers_of_a_hundred_units(any_app, process_environment):
    make_product(sku="LAST", stock=100)

    won = race(process_environment, "LAST", processes=10, threads=100)

    stock = queries.get_stock("LAST")
    assert (sum(won), stock.on_hand, stock.version) == (100, 0, 101)
