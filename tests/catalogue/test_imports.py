"""Products from a file: looked at, refused row by row, applied in parts, and out into a file again."""

import pytest
import sqlalchemy as sa

from app.catalogue import browsing
from app.catalogue.errors import Refused
from app.catalogue.imports import files
from app.catalogue.imports.sheet import COLUMNS, write_sheet
from app.catalogue.models import Product
from app.catalogue.products import change_status
from app.catalogue.variants import retire_variant
from app.core.csv_files import write_table
from app.core.database import db
from app.demo.seed import seed_shop
from app.inventory import queries as inventory
from tests.catalogue.editor import MIRA, make_draft
from tests.factories import make_category, make_product

JUG = {
    "product": "reed-jug",
    "name": "Reed jug",
    "category": "tableware",
    "sku": "JUG",
    "glaze": "Cobalt",
    "glaze_hex": "#2f55b8",
    "price": "24,00",
    "facts": "Height: 90 mm | Weight: 1.2 kg",
}


def keep(*rows, columns=COLUMNS):
    table = write_table(columns, [[row.get(column, "") for column in columns] for row in rows])
    return files.keep_rows("products.csv", files.read_file(table.encode()), MIRA)


def look(import_id):
    return files.preview(files.get_import(import_id))


def run(import_id):
    files.check_promise(import_id, look(import_id).fingerprint)
    files.start(import_id, MIRA)
    files.apply_import(import_id)
    return files.get_import(import_id)


def wrong(import_id):
    return [(each.line, each.column) for each in look(import_id).problems]


def test_a_file_makes_products_with_variants_and_stock_levels(any_app):
    make_category()
    second = {"product": "reed-jug", "sku": "JUG-2", "glaze": "Ash", "glaze_hex": "#dddddd", "price": "26"}

    done = run(keep({**JUG, "status": "active"}, second))

    product = db.session.scalars(sa.select(Product)).one()
    assert (done.done, done.problem, product.status) == (1, "", "active")
    assert product.facts == [["Height", "90 mm"], ["Weight", "1.2 kg"]]
    assert [(each.sku, each.price_minor) for each in product.variants] == [("JUG", 2400), ("JUG-2", 2600)]
    assert inventory.get_stock("JUG-2").on_hand == 0


def test_the_preview_shows_before_and_after_and_writes_nothing(app):
    make_product(sku="CUP", slug="cup", name="Cup")

    plan = look(
        keep(
            {"product": "cup", "name": "Mug", "sku": "CUP", "price": "30"},
            columns=("product", "name", "sku", "price"),
        )
    )

    assert [(change.line, change.what, change.values) for change in plan.changes] == [
        (2, "Edit", [("Name", "Cup", "Mug")]),
        (2, "Edit", [("Price", "24.00", "30.00")]),
    ]
    assert browsing.get_product(1).name == "Cup"


def test_a_column_that_is_missing_changes_nothing(app):
    product = make_product(sku="CUP", slug="cup")

    run(keep({"product": "cup", "sku": "CUP", "price": "30"}, columns=("product", "sku", "price")))

    after = browsing.get_product(product.id)
    assert (after.name, after.facts, after.variants[0].price_minor) == ("Cup", [["Height", "90 mm"]], 3000)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"product": "Reed Jug"}, "product"),
        ({"name": ""}, "name"),
        ({"category": "lamps"}, "category"),
        ({"status": "sold"}, "status"),
        ({"price": "cheap"}, "price"),
        ({"price": ""}, "price"),
        ({"glaze_hex": "blue"}, "glaze_hex"),
        ({"facts": "tall"}, "facts"),
        ({"sku": "A B"}, "sku"),
        ({"sku": ""}, "sku"),
        ({"sku": "CUP"}, "sku"),
        ({"sku": "cup"}, "sku"),
        ({"name": "x" * 121}, "name"),
    ],
)
def test_a_wrong_row_is_named_by_line_and_column_and_stops_everything(app, row, column):
    make_product(sku="CUP", slug="cup")
    import_id = keep({**JUG, **row})

    assert (2, column) in wrong(import_id)
    with pytest.raises(Refused):
        files.check_promise(import_id, look(import_id).fingerprint)


def test_rows_that_do_not_agree(app):
    make_category()

    found = wrong(keep(JUG, {**JUG, "name": "Rush jug"}, {**JUG, "sku": "JUG-3"}))

    assert found == [(2, "glaze"), (3, "name"), (3, "sku"), (4, "glaze")]


def test_a_retired_variant_is_not_changed_by_a_file(app):
    product = make_draft("JUG", "JUG-2")
    retire_variant(product.variants[0].id, MIRA)

    assert wrong(keep({**JUG, "price": "30"})) == [(2, "sku")]


def test_without_a_variant_nothing_is_put_into_the_shop(app):
    make_category()
    bare = {"product": "reed-jug", "name": "Reed jug", "category": "tableware", "status": "active"}

    assert wrong(keep(bare)) == [(2, "status")]


def test_what_was_looked_at_is_what_is_done_or_nothing(app):
    product = make_product(sku="CUP", slug="cup")
    import_id = keep({"product": "cup", "name": "Mug"}, columns=("product", "name"))
    seen = look(import_id).fingerprint
    product.name = "Beaker"
    db.session.commit()

    with pytest.raises(Refused, match="changed since"):
        files.check_promise(import_id, seen)


def test_a_file_is_applied_once(app):
    make_category()
    import_id = keep(JUG)
    run(import_id)

    with pytest.raises(Refused, match="already"):
        files.start(import_id, MIRA)
    version = browsing.get_product(1).version
    files.apply_import(import_id)
    assert browsing.get_product(1).version == version


def test_a_job_that_was_killed_goes_on_where_it_stopped(any_app, monkeypatch):
    make_category()
    rows = [{**JUG, "product": f"jug-{n}", "name": f"Jug {n}", "sku": f"JUG-{n}"} for n in range(8)]
    import_id = keep(*rows)
    files.start(import_id, MIRA)
    real, calls = files.apply_entry, []

    def killed(entry, by):
        calls.append(entry.slug)
        if len(calls) == 5:
            raise KeyboardInterrupt
        real(entry, by)

    monkeypatch.setattr(files, "apply_entry", killed)
    with pytest.raises(KeyboardInterrupt):
        files.apply_import(import_id)
    assert files.get_import(import_id).done == files.AT_ONCE
    monkeypatch.undo()

    files.apply_import(import_id)

    assert files.get_import(import_id).finished_at
    assert db.session.scalar(sa.select(sa.func.count(Product.id))) == 8


def test_what_became_impossible_meanwhile_stops_the_job_and_says_why(app):
    make_category()
    import_id = keep(JUG)
    files.start(import_id, MIRA)
    make_product(sku="JUG", name="Another jug")

    files.apply_import(import_id)

    stopped = files.get_import(import_id)
    assert "Another jug" in stopped.problem
    assert stopped.finished_at
    assert db.session.scalar(sa.select(Product.id).where(Product.slug == "reed-jug")) is None


def test_what_is_exported_changes_nothing_when_it_is_imported(app):
    seed_shop()
    draft = make_draft(name="=Odd, 'name'", description='Two\n\nparagraphs; and "quotes"')
    change_status(browsing.get_product(1).id, "archived", MIRA)

    plan = look(files.keep_rows("all.csv", files.read_file(write_sheet().encode()), MIRA))

    assert draft.status == "draft"
    assert (plan.changes, plan.problems) == ([], [])


@pytest.mark.parametrize("column", COLUMNS)
def test_a_cell_that_is_far_too_long_is_wrong_and_no_bug(app, column):
    make_category()

    assert (2, column) in wrong(keep({**JUG, column: "x" * 10_001}))
