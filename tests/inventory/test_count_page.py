"""The stock-take's sheet: rows are saved one by one, and what needs a look comes back with what was typed."""

import pytest

from app.core.database import run_transaction, transaction
from app.inventory import locations, queries
from app.inventory.adjustments import change_stock
from tests.factories import SHELF, make_product
from tests.inventory.holding import ADA, BY_TEST, JUN, age, figures, reserve
from tests.inventory.stock_pages import client_of, fields_of, words

COUNT = "/staff/inventory/count"


@pytest.fixture
def staff(app):
    for sku in ("BOWL", "CUP", "MUG"):
        make_product(sku=sku, name=sku.title(), stock=12)
    return client_of(app, "staff")


def sheet(client, skus="CUP MUG BOWL"):
    return client.get(f"{COUNT}?location={SHELF}&skus={skus.replace(' ', '+')}").text


def save(client, page, counted, **more):
    """`counted` by SKU; versions and figures are those that the sheet shows."""
    shown = [
        (
            part.split('"')[0],
            part.split('name="version" value="')[1].split('"')[0],
            part.split('name="was" value="')[1].split('"')[0],
        )
        for part in page.split('name="sku" value="')[1:]
    ]
    rows = {
        "sku": [sku for sku, *_ in shown],
        "version": [version for _, version, _ in shown],
        "was": [was for *_, was in shown],
        "counted": [counted.get(sku, "") for sku, *_ in shown],
    }
    return client.post(COUNT, data=fields_of(page, location=SHELF, **rows, **more))


def sell(sku, units=1):
    run_transaction(lambda: change_stock(sku, "sale", units, BY_TEST))


def test_a_sheet_is_made_by_search_category_or_a_pasted_list_in_its_order(staff):
    assert 'name="counted"' not in staff.get(COUNT).text
    assert staff.get(f"{COUNT}?q=bow").text.count('name="counted"') == 1
    assert staff.get(f"{COUNT}?category=tableware").text.count('name="counted"') == 3
    pasted = sheet(staff, "MUG,CUP NOPE")
    assert pasted.index('value="MUG"') < pasted.index('value="CUP"')
    assert "Not at this location: NOPE" in pasted
    assert "Nothing to count here" in staff.get(f"{COUNT}?q=zzz").text


def test_all_is_well_and_the_summary_says_so(staff):
    answer = save(staff, sheet(staff), {"CUP": "12", "MUG": "10"})

    assert answer.status_code == 303
    assert "2 counted, 1 equal, 1 corrected (−2 units)" in staff.get(COUNT).text
    assert (figures("CUP")[0], figures("MUG")[0], figures("BOWL")[0]) == (12, 10, 12)


def test_a_row_that_changed_meanwhile_comes_back_and_the_others_are_saved(staff):
    page = sheet(staff)
    sell("CUP")

    answer = save(staff, page, {"CUP": "12", "MUG": "11"})

    assert answer.status_code == 409
    assert "Changed while you counted: was 12, now 11, you counted 12." in answer.text
    assert "2 counted, 0 equal, 1 corrected (−1 units), 1 to look at" in words(answer.text)
    assert (figures("CUP")[0], figures("MUG")[0]) == (11, 11)
    save(staff, answer.text, {"CUP": "12"})
    assert figures("CUP")[0] == 12


def test_what_cannot_be_a_count_comes_back_as_it_was_typed(staff):
    answer = save(staff, sheet(staff), {"CUP": "twelve", "MUG": "-3", "BOWL": "11"})

    assert answer.status_code == 409
    assert 'value="twelve"' in answer.text
    assert 'value="-3"' in answer.text
    assert figures("BOWL")[0] == 11


def test_holds_in_the_way_are_named_and_go_when_asked_to(staff):
    age(reserve(ADA, CUP=6), 60)
    reserve(JUN, CUP=4)

    refused = save(staff, sheet(staff), {"CUP": "8"})

    assert "You counted 8, but 10 are promised." in words(refused.text)
    assert "4 units Program jun" in words(refused.text)
    assert figures("CUP") == (12, 10, 2)
    save(staff, refused.text, {"CUP": "8"}, force="CUP")
    assert figures("CUP") == (8, 6, 2)


def test_sent_twice_it_counts_once(staff):
    page = sheet(staff)
    save(staff, page, {"CUP": "10"})
    sell("CUP")

    again = save(staff, page, {"CUP": "10"})

    assert (again.status_code, figures("CUP")[0]) == (303, 9)


def test_a_sheet_from_the_back_button_with_another_figure_asks_for_a_look(staff):
    page = sheet(staff)
    save(staff, page, {"CUP": "10"})

    again = save(staff, page, {"CUP": "9"})

    assert "saved before with another figure" in again.text
    assert figures("CUP")[0] == 10


def test_an_empty_sheet_counts_nothing(staff):
    answer = save(staff, sheet(staff), {})

    assert answer.status_code == 422
    assert "every field was empty" in answer.text


def test_another_location_is_counted_on_its_own(staff):
    with transaction():
        locations.add_location("loft", "The loft", actor="test", role="staff")
        locations.transfer("CUP", SHELF, "loft", 5, BY_TEST)
    page = staff.get(f"{COUNT}?location=loft&all=1").text

    assert page.count('name="counted"') == 1
    answer = staff.post(
        COUNT,
        data=fields_of(page, location="loft", sku="CUP", version=str(locations.list_levels("CUP")[1].version),
                       was="5", counted="4"),
    )  # fmt: skip
    assert answer.status_code == 303
    assert {level.code: level.on_hand for level in locations.list_levels("CUP")} == {SHELF: 7, "loft": 4}
    assert queries.get_stock("CUP").on_hand == 11


@pytest.mark.parametrize("role", ["agent", "shopper"])
def test_only_inventory_staff_count(app, staff, role):
    client = client_of(app, role)
    token = client.get("/").text.split('name="csrf_token" value="')[1].split('"')[0]

    assert client.get(COUNT).status_code == 403
    assert client.post(COUNT, data={"csrf_token": token}).status_code == 403


@pytest.mark.parametrize(
    "rows", [{}, {"sku": "CUP"}, {"sku": "CUP", "version": "x", "was": "1", "counted": "3"}]
)
def test_a_mangled_sheet_changes_nothing(staff, rows):
    page = sheet(staff)

    answer = staff.post(COUNT, data=fields_of(page, location="moon", **rows))

    assert (answer.status_code, figures("CUP")[0]) == (422, 12)
