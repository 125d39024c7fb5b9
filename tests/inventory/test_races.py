"""Fifty want one of twenty: real processes, both databases."""

import subprocess
import sys

import sqlalchemy as sa

from app.core.database import db
from app.inventory import queries
from app.inventory.models import StockMovement
from tests.factories import make_product

PROCESSES, THREADS = 5, 10


def test_fifty_removers_of_twenty_units_get_exactly_twenty(any_app, process_environment):
    make_product(sku="LAST", stock=20)
    db.session.rollback()
    command = [sys.executable, "-m", "tests.inventory.removers", "LAST", str(THREADS)]
    processes = [
        subprocess.Popen(
            command, env=process_environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(PROCESSES)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    won = [int(process.communicate(timeout=60)[0]) for process in processes]

    db.session.rollback()
    stock = queries.get_stock("LAST")
    assert sum(won) == 20
    assert (stock.on_hand, stock.version) == (0, 21)
    versions = db.session.scalars(sa.select(StockMovement.version).order_by(StockMovement.version)).all()
    assert versions == list(range(1, 22))
