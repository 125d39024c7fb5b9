"""Figures out of a spreadsheet: read, previewed with a reason, and only then written."""

import pytest
import sqlalchemy as sa

from app.core.database import db
from app.core.errors import Invalid
from app.inventory.models import StockImportPart
from app.inventory.pasted import read_figures
from tests.inventory.stock_list import enter_mira
from tests.inventory.test_bulk import fields_of, on_hand, receive, send

PASTE = "/staff/inventory/bulk/paste"
TWO_COLUMNS = "VASE\t7\nCUP\t12\nLAMP\t0\n"


@pytest.fixture
def mira(any_app, client):
    return enter_mira(client)


def preview(client, text, **values):
    form = {"operation": "each", "reason": "Counted", "figures": text}
    return send(client, "preview", form, **values)


@pytest.mark.parametrize(
    "text",
    ["CUP\t3\nVASE\t0", "CUP,3\r\nVASE,0\r\n", "CUP; 3\n\nVASE;0\n", " CUP  3 \nVASE 0"],
    ids=["tabs", "commas", "semicolons", "spaces"],
)
def test_a_line_is_a_sku_and_its_figure(text):
    assert read_figures(text) == {"CUP": 3, "VASE": 0}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "one SKU and its figure a line"),
        ("CUP\t3\n12", "Line 2: “12” is not a SKU and a figure"),
        ("\t3", "Line 1: “3” is not a SKU and a figure"),
        ("CUP\t3\t4", "not a SKU and a figure"),
        ("CUP\t-3", "“-3” is not a whole number"),
        ("CUP\t1.5", "“1.5” is not a whole number"),
        ("CUP\t1000001", "is not a whole number between 0 and 1,000,000"),
        ("CUP\t3\nCUP\t4", "Line 2: CUP is there twice"),
    ],
)
def test_what_is_not_says_its_line(text, said):
    with pytest.raises(Invalid) as refused:
        read_figures(text)

    assert said in refused.value.detail


def test_what_was_pasted_opens_as_text_to_look_at_and_nothing_is_written(mira):
    page = send(mira, "paste", {"operation": "each", "figures": TWO_COLUMNS})

    assert page.status_code == 200
    assert TWO_COLUMNS in page.text
    assert 'name="reason"' in page.text
    assert on_hand() == [12, 3, 0]


def test_each_sku_is_set_to_its_own_figure_after_the_preview_and_can_be_undone(mira):
    looked = preview(mira, TWO_COLUMNS)
    assert "Set 3 SKUs to what was pasted" in looked.text
    assert "Change 1 SKU<" in looked.text
    assert on_hand() == [12, 3, 0]

    done = send(mira, "confirm", fields_of(looked.text))

    assert (done.status_code, on_hand()) == (303, [12, 7, 0])
    mira.post(f"{done.headers['Location']}/undo", data=fields_of(mira.get(done.headers["Location"]).text))
    assert on_hand() == [12, 3, 0]


def test_a_preview_needs_a_reason_and_figures_and_keeps_what_was_pasted(mira):
    no_reason = preview(mira, TWO_COLUMNS, reason="")
    no_figures = preview(mira, "CUP\tmany")

    assert (no_reason.status_code, "Say why" in no_reason.text, "VASE\t7" in no_reason.text) == (
        422,
        True,
        True,
    )
    assert (no_figures.status_code, "“many” is not a whole number" in no_figures.text) == (422, True)
    assert "CUP\tmany" in no_figures.text


def test_what_changed_since_the_preview_is_looked_at_again(mira):
    looked = preview(mira, TWO_COLUMNS)
    receive("VASE", 1)

    refused = send(mira, "confirm", fields_of(looked.text))

    assert (refused.status_code, "It was 3 in the preview and is 4 now" in refused.text) == (409, True)
    assert on_hand() == [12, 4, 0]


def test_unknown_skus_are_named_and_can_be_left_out(mira):
    looked = preview(mira, "CUP\t9\nNOPE\t4")
    assert "It is not kept here" in looked.text

    rest = send(mira, "leave_out", fields_of(looked.text))
    done = send(mira, "confirm", fields_of(rest.text))

    assert (done.status_code, on_hand()) == (303, [9, 3, 0])


def test_the_page_to_paste_on_is_reached_from_the_list(mira):
    assert f'href="{PASTE}"' in mira.get("/staff/inventory").text
    assert 'name="figures"' in mira.get(PASTE).text


def test_more_than_fit_into_a_transaction_become_an_import_with_each_its_figure(mira, monkeypatch):
    monkeypatch.setattr("app.inventory.views.bulk.MOST_AT_ONCE", 2)

    answer = preview(mira, TWO_COLUMNS)

    [part] = db.session.scalars(sa.select(StockImportPart)).all()
    assert answer.headers["Location"].startswith("/staff/inventory/import/")
    assert {row["sku"]: row["after"] for row in part.rows} == {"VASE": 7, "CUP": 12, "LAMP": 0}


def test_units_that_no_page_sends_with_figures_do_no_harm(mira):
    assert preview(mira, "CUP\t7", units="abc").status_code == 200
    assert on_hand() == [12, 3, 0]
