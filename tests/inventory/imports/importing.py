"""Keeping, starting and working off imports as the pages and the worker do."""

import sqlalchemy as sa

from app.catalogue.models import Variant
from app.core.database import db, run_transaction
from app.inventory import queries
from app.inventory.adjustments import change_stock
from app.inventory.imports import files, parts
from app.inventory.ledger import Origin
from app.inventory.models import StockLevel, StockMovement
from app.security.access import Caller

MANY = [f"S{number:03}" for number in range(7)]
FILE = "sku,change\n" + "".join(f"{sku},+5\n" for sku in MANY)
WORKER_S = 300
MIRA = Caller("user:mira", "staff", ())


def preview(text, *, reason="Counted", actor="user:mira"):
    data = text if isinstance(text, bytes) else text.encode()
    made = files.make_preview("stock.csv", data, reason, actor)
    return run_transaction(lambda: files.keep(made))


def start(import_id, mode="skip"):
    run_transaction(lambda: files.start(import_id, mode, MIRA))


def undo(import_id):
    run_transaction(lambda: files.undo(import_id, MIRA))


def bring_in(text, mode="skip"):
    """From the file to its end."""
    import_id = preview(text)
    start(import_id, mode)
    parts.run(import_id)
    return import_id


def read(import_id):
    db.session.rollback()
    return files.get_import(import_id)


def on_hand(*skus):
    db.session.rollback()
    found = queries.find_stock(skus)
    return [found[sku].on_hand for sku in skus]


def movements(source):
    db.session.rollback()
    return list(db.session.scalars(sa.select(StockMovement).where(StockMovement.source == source)))


def change(sku, operation, quantity):
    """What somebody else does meanwhile."""
    origin = Origin("test", "meanwhile")
    run_transaction(lambda: change_stock(sku, operation, quantity, origin))


def threshold(sku):
    db.session.rollback()
    of_sku = sa.select(StockLevel.low_threshold).join(Variant, Variant.id == StockLevel.variant_id)
    return db.session.scalar(of_sku.where(Variant.sku == sku))


def go(worker):
    worker.stdin.write("go\n")
    worker.stdin.flush()


def end(worker):
    """The exit code."""
    return worker.wait(WORKER_S)
