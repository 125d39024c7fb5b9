"""The ways to a SKU's page, and those that lead on from it."""

from dataclasses import replace

import pytest

from app.core.database import run_transaction, transaction
from app.inventory import locations
from app.inventory.adjustments import change_stock
from tests.factories import make_product
from tests.inventory.holding import BY_TEST, figures
from tests.inventory.stock_pages import client_of, csrf_of, send

PAGE = "/staff/inventory/sku/CUP"


@pytest.fixture
def staff(app):
    make_product(sku="CUP", stock=10)
    return client_of(app, "staff")


@pytest.mark.parametrize(
    "sku",
    ["alerts", "analytics", "bulk", "count", "export.csv", "holds", "import", "locations", "rows", "sku"],
)
def test_a_sku_that_is_called_like_a_page_has_its_own(staff, sku):
    make_product(sku=sku, stock=3)
    path = f"/staff/inventory/sku/{sku}"

    assert f'href="{path}"' in staff.get("/staff/inventory").text
    assert send(staff, path, operation="receive", quantity="5", reason="van").headers["Location"] == path
    assert figures(sku) == (8, 0, 8)


def test_the_list_leads_to_the_form_that_moves_units(staff):
    with transaction():
        locations.add_location("loft", "The loft", actor="test", role="staff")
    make_product(sku="MUG", stock=3)
    page = staff.get("/staff/inventory").text
    bulk = {"csrf_token": csrf_of(staff, "/"), "step": "transfer", "location": "loft"}

    one = staff.post("/staff/inventory/bulk", data={**bulk, "sku": ["CUP"]})

    assert "Transfer…" in page
    assert one.headers["Location"] == f"{PAGE}?transfer=1&location=loft#transfer"
    form = staff.get(one.headers["Location"]).text.split('id="transfer" open')[1]
    assert '<option value="loft" selected' in form.split('name="target"')[0]
    several = staff.post("/staff/inventory/bulk", data={**bulk, "sku": ["CUP", "MUG"]})
    assert several.headers["Location"] == "/staff/inventory"
    assert "Tick the one SKU" in staff.get("/staff/inventory").text


def test_there_is_nowhere_to_move_to_while_there_is_one_location(staff):
    assert "Transfer…" not in staff.get("/staff/inventory").text


@pytest.mark.parametrize("undone", ["", "undo:"])
@pytest.mark.parametrize(
    ("source", "link"),
    [
        ("bulk:ab12", "/staff/inventory/bulk/ab12"),
        ("import:cd34", "/staff/inventory/import/cd34"),
        ("hold:ef56", "/staff/inventory/holds/ef56?next=/staff/inventory/sku/CUP"),
    ],
)
def test_a_movement_leads_to_what_it_belongs_to_and_so_does_its_undoing(staff, source, link, undone):
    origin = replace(BY_TEST, source=undone + source)
    run_transaction(lambda: change_stock("CUP", "receive", 1, origin))

    assert f'href="{link}"' in staff.get(PAGE).text
