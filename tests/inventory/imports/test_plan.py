"""What a file would do, row by row, before anything is done."""

import pytest
import sqlalchemy as sa

from app.core.csv_files import UnreadableFile
from app.core.database import db, now_ms, transaction
from app.inventory.imports.plan import plan_rows
from app.inventory.imports.sheet import read_sheet
from app.inventory.models import Location, StockImport, StockLevel, StockMovement
from tests.factories import make_product
from tests.inventory.holding import ADA, reserve
from tests.inventory.imports.importing import preview, read


@pytest.fixture(autouse=True)
def shelf(any_app):
    make_product(sku="CUP", stock=10, threshold=5)
    make_product(sku="VASE", stock=3)


def plan(text):
    return plan_rows(read_sheet(text.encode()))


def problem_of(header, row):
    [planned] = plan(f"{header}\n{row}\n")
    return planned.problem


def test_rows_are_compared_with_what_is_there():
    rows = plan("sku,on_hand,change,threshold\nCUP,12,,\nVASE,,-2,8\n")

    assert [(row.sku, row.before, row.after, row.delta) for row in rows] == [
        ("CUP", 10, 12, 2),
        ("VASE", 3, 1, -2),
    ]
    assert [row.moves_threshold for row in rows] == [False, True]
    assert {row.location for row in rows} == {"shelf"}


def test_wrong_rows_come_first_then_changes_then_what_is_so_already():
    rows = plan("sku,on_hand\nCUP,10\nVASE,4\nNONE,1\n")

    assert [(row.line, row.outcome) for row in rows] == [(4, "wrong"), (3, "change"), (2, "equal")]


def test_a_row_without_figures_changes_nothing():
    assert [row.outcome for row in plan("sku,on_hand,threshold\nCUP,,\nVASE,,\n")] == ["equal", "equal"]


@pytest.mark.parametrize(
    ("header", "row", "said"),
    [
        ("sku,on_hand", ",5", "SKU is missing"),
        ("sku,on_hand", "cup,5", "did you mean CUP?"),
        ("sku,on_hand", "CUPP,5", "did you mean CUP?"),
        ("sku,on_hand", "ZZZZZZZZZZ,5", "add the product first"),
        ("sku,on_hand", "CUP,twelve", "not a whole number"),
        ("sku,on_hand", "CUP,1.5", "not a whole number"),
        ("sku,on_hand", 'CUP,"1,000"', "not a whole number"),
        ("sku,on_hand", "CUP,=1+2", "not a whole number"),
        ("sku,on_hand", "CUP,٣", "not a whole number"),
        ("sku,on_hand", "CUP,-1", "cannot be negative"),
        ("sku,on_hand", "CUP,1000001", "too large"),
        ("sku,on_hand", "CUP," + "9" * 400, "too large"),
        ("sku,threshold", "CUP,-1", "cannot be negative"),
        ("sku,threshold", "CUP,many", "threshold is not a whole number"),
        ("sku,change", "CUP,-11", "10 are on hand"),
        ("sku,change", "CUP,5-3", "write +5 or -3"),
        ("sku,change", "CUP," + "9" * 400, "write +5 or -3"),
        ("sku,change", "CUP,1000000", "at most 1,000,000"),
        ("sku,on_hand,change", "CUP,5,+1", "not both"),
        ("sku,on_hand,version", "CUP,5,7", "at version 1 with 10 on hand"),
        ("sku,on_hand,version", "CUP,5,new", "version is not a whole number"),
        ("sku,on_hand,location", "CUP,5,attic", "no location attic"),
    ],
)
def test_a_wrong_row_says_what_to_do(header, row, said):
    assert said in problem_of(header, row)


@pytest.mark.parametrize(
    ("text", "after"), [("+5", 15), ("5", 15), ("-3", 7), ("−3", 7), ("'+5", 15), ("0", 10)]
)
def test_changes_as_people_and_spreadsheets_write_them(text, after):
    [row] = plan(f"sku,change\nCUP,{text}\n")

    assert (row.problem, row.after) == ("", after)


def test_a_count_below_what_is_reserved_says_how_many_must_stay():
    reserve(ADA, CUP=4)

    assert "at least 4 must stay" in problem_of("sku,on_hand", "CUP,3")
    assert problem_of("sku,on_hand", "CUP,4") == ""
    assert "at least 4 must stay" in problem_of("sku,change", "CUP,-7")


def test_the_same_sku_twice_names_the_line_of_the_first():
    rows = plan("sku,on_hand\nCUP,5\nCUP,6\n")

    assert [(row.line, row.problem) for row in rows] == [
        (3, "Line 2 is about the same SKU and location; keep one of them"),
        (2, ""),
    ]


def test_the_version_of_an_export_is_taken_as_it_was():
    assert problem_of("sku,on_hand,version", "CUP,5,1") == ""


def test_with_two_locations_the_column_is_needed_and_each_is_a_row_of_its_own():
    add_attic()

    with pytest.raises(UnreadableFile, match="shelf, attic"):
        plan("sku,on_hand\nCUP,5\n")
    rows = plan("sku,location,on_hand\nCUP,shelf,5\nCUP,attic,2\nVASE,attic,1\nVASE,,1\n")
    assert [(row.line, row.before, row.after) for row in rows if not row.problem] == [(2, 10, 5), (3, 0, 2)]
    assert [row.problem for row in rows if row.problem] == [
        "It is not kept at attic; move units there first on its page",
        "Say which location: shelf, attic",
    ]


def add_attic():
    with transaction():
        attic = Location(code="attic", name="Attic")
        db.session.add(attic)
        db.session.flush()
        cup = db.session.scalar(sa.select(StockLevel.variant_id).where(StockLevel.low_threshold == 5))
        db.session.add(StockLevel(variant_id=cup, location_id=attic.id, updated_at=now_ms()))


def test_a_preview_writes_nothing_but_itself():
    def rows_of(model):
        return db.session.scalar(sa.select(sa.func.count()).select_from(model))

    before = rows_of(StockMovement)
    file = read(preview("sku,on_hand,threshold\nCUP,12,3\nVASE,3,\nNONE,1,\n"))

    assert (file.state, file.total, file.changes, file.equal, file.wrong) == ("preview", 3, 1, 1, 1)
    assert rows_of(StockMovement) == before
    assert rows_of(StockImport) == 1
    level = db.session.scalars(sa.select(StockLevel).where(StockLevel.low_threshold == 5)).one()
    assert (level.on_hand, level.version, level.settings_version) == (10, 1, 0)
