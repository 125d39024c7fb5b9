"""Undoing an import: by movements of its own, once, and as far as what has happened since allows."""

import pytest
import sqlalchemy as sa

from app.core.database import db, transaction
from app.inventory.imports import files, parts
from app.inventory.models import StockLevel
from tests.inventory.imports.importing import (
    FILE,
    MANY,
    bring_in,
    change,
    on_hand,
    preview,
    read,
    start,
    threshold,
    undo,
)  # fmt: skip


def test_undo_takes_back_every_figure_once(many):
    import_id = bring_in("sku,change,threshold\n" + "".join(f"{sku},-5,3\n" for sku in MANY))
    undo(import_id)

    parts.run(import_id)
    parts.run(import_id)

    assert on_hand(*MANY) == [10] * 7
    assert threshold("S000") is None
    assert read(import_id).state == "undone"
    with pytest.raises(files.ImportMoved):
        undo(import_id)


def test_undo_keeps_what_happened_since(many):
    import_id = bring_in("sku,on_hand\nS000,20\nS001,20\n")
    change("S000", "sale", 3)
    undo(import_id)

    parts.run(import_id)

    assert on_hand("S000", "S001") == [7, 10]


def test_undo_reports_what_has_been_sold_since_and_puts_back_the_rest(many):
    import_id = bring_in("sku,change,threshold\nS000,+5,\nS001,+5,7\n")
    change("S000", "sale", 12)
    change("S001", "sale", 1)
    with transaction():
        db.session.execute(sa.update(StockLevel).where(StockLevel.low_threshold == 7).values(low_threshold=9))
    undo(import_id)

    parts.run(import_id)

    assert on_hand("S000", "S001") == [3, 9]
    assert [problem["problem"] for problem in files.list_problems(import_id)] == [
        "5 were added and 3 of them are still free; correct it on its page",
        "Its threshold was changed to 9 since",
    ]
    assert (read(import_id).state, read(import_id).stuck) == ("undone", 2)


def test_undo_leaves_alone_the_rows_that_were_never_applied(many):
    import_id = preview("sku,on_hand\nS000,12\nS001,12\n")
    change("S000", "sale", 1)
    start(import_id)
    parts.run(import_id)
    undo(import_id)

    parts.run(import_id)

    assert on_hand("S000", "S001") == [9, 10]


def test_only_an_applied_import_can_be_undone(many):
    with pytest.raises(files.ImportMoved):
        undo(preview(FILE))
