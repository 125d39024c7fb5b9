"""Shoppers go on while thousands of rows come in."""

import statistics
import threading
import time

import pytest
import sqlalchemy as sa

from app.catalogue.models import Variant
from app.core.database import db, transaction
from app.core.errors import DatabaseBusy
from app.inventory import queries
from app.inventory.ledger import Change, Origin, apply
from app.inventory.models import StockLevel
from app.inventory.reservations import Party
from tests.factories import make_product, shelf_id
from tests.inventory.holding import reserve
from tests.inventory.imports.importing import end, go, preview, read, start

SKUS = [f"L{number:04}" for number in range(5000)]
SHOPPERS = 4
LONGEST_WAIT_S = 2.0
PAUSE_S = 0.02


@pytest.mark.slow
@pytest.mark.timeout(500)
def test_five_thousand_rows_come_in_while_four_shoppers_reserve(any_app, start_worker, capsys):
    """The import works in a process of its own, as a worker does."""
    any_app.config["OUTBOX_DELIVERS"] = False
    stock_up()
    import_id = preview("sku,change\n" + "".join(f"{sku},+5\n" for sku in SKUS))
    start(import_id)
    worker = start_worker(import_id)
    shoppers = [Shopper(any_app, number) for number in range(SHOPPERS)]
    for shopper in shoppers:
        shopper.start()
    began = time.perf_counter()
    go(worker)
    end(worker)
    took = time.perf_counter() - began
    for shopper in shoppers:
        shopper.stop()

    with capsys.disabled():
        print(f"\n{db.engine.dialect.name}: {len(SKUS)} rows in {took:.1f} s; {describe(shoppers)}")
    assert sum(shopper.busy for shopper in shoppers) == 0
    assert max(max(shopper.waits) for shopper in shoppers) < LONGEST_WAIT_S
    assert_none_is_lost(shoppers)
    assert (read(import_id).state, read(import_id).refused) == ("applied", 0)


def stock_up():
    """Ten of each, ten SKUs to a product."""
    looks = {"glaze": "", "glaze_hex": "#eeeeee", "size": "", "price_minor": 100, "position": 1}
    products = [make_product(stock=0).id for _ in range(0, len(SKUS), 10)]
    with transaction():
        variants = [{"sku": sku, "product_id": products[n // 10], **looks} for n, sku in enumerate(SKUS)]
        ids = add_rows(Variant, variants)
        place = {"location_id": shelf_id(), "updated_at": 0}
        levels = add_rows(StockLevel, [{"variant_id": variant_id, **place} for variant_id in ids])
        for level_id, sku in zip(levels, SKUS, strict=True):
            apply(level_id, sku, Change("opening", on_hand=10), Origin("test", "Opening stock"))


def add_rows(model, rows):
    """Their ids, in the same order."""
    added = sa.insert(model).returning(model.id, sort_by_parameter_order=True)
    return db.session.scalars(added, rows).all()


def describe(shoppers):
    waits = sorted(wait * 1000 for shopper in shoppers for wait in shopper.waits)
    return (
        f"{len(waits)} reservations meanwhile, median {statistics.median(waits):.0f} ms, "
        f"p99 {waits[len(waits) * 99 // 100]:.0f} ms, longest {waits[-1]:.0f} ms"
    )


def assert_none_is_lost(shoppers):
    held = dict.fromkeys(SKUS, 0)
    for shopper in shoppers:
        for sku in shopper.got:
            held[sku] += 1
    db.session.rollback()
    stock = {row.sku: row for row in queries.list_stock(after="L", limit=len(SKUS))}
    assert {sku: row.reserved for sku, row in stock.items()} == held
    assert {row.on_hand for row in stock.values()} == {15}


class Shopper(threading.Thread):
    """Holds one unit of one SKU after the other, each as another owner and after a short pause, until told to stop."""

    def __init__(self, app, number):
        super().__init__()
        self.app = app
        self.number = number
        self.waits = []
        self.got = []
        self.busy = 0
        self._stop_now = threading.Event()

    def run(self):
        with self.app.app_context():
            for turn in range(100_000):
                if self._stop_now.wait(PAUSE_S):
                    return
                self._reserve(turn)

    def _reserve(self, turn):
        sku = SKUS[(turn * 37 + self.number * 11) % len(SKUS)]
        began = time.perf_counter()
        try:
            reserve(Party(f"ext:{self.number}-{turn}"), **{sku: 1})
            self.got.append(sku)
        except DatabaseBusy:
            self.busy += 1
        self.waits.append(time.perf_counter() - began)

    def stop(self):
        self._stop_now.set()
        self.join()
