"""The page of the reports and its files, for those who may see them."""

import csv
import io

import pytest

from app.core.database import read_now, transaction
from app.inventory import days, rollups
from tests.factories import make_product
from tests.inventory.holding import ADA, process, reserve
from tests.inventory.past import change
from tests.inventory.stock_pages import client_of, words

PAGE = "/staff/inventory/analytics"


@pytest.fixture
def staff(app):
    make_product(sku="CUP", name="Cup", stock=20, price=2400)
    make_product(sku="VASE", name="=Vase", stock=5)
    return client_of(app, "staff")


def sell(sku="CUP", units=5):
    process(f"A-{sku}", reserve(ADA, **{sku: units}))
    rollups.roll_up()


def rows_of(answer):
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True))))


def test_the_page_shows_each_figure_with_its_formula(staff):
    sell()

    page = words(staff.get(PAGE).text)

    assert "Units sold 5 Worth €120.00 at today’s prices" in page
    assert "Sell-through 20% Sold ÷ (opening stock + received)" in page
    assert "Median days of cover 3 Available ÷ sold per day in stock" in page
    assert "Cup, Chalk CUP A 5 25% 5 15 3" in page
    assert "changes of stock an hour over the last 24 hours: 4 in all" in page


def test_before_the_first_roll_up_and_before_the_first_sale_it_says_so(staff):
    assert "No figures yet" in staff.get(PAGE).text
    rollups.roll_up()
    assert "Nothing was sold in this period" in staff.get(PAGE).text


def test_it_says_from_when_to_when_the_figures_are(staff):
    sell()

    assert "The figures are from" in staff.get(PAGE).text


def test_the_api_answers_are_timed(staff, client):
    client.get("/api/realtime/inventory?productId=CUP")

    page = words(staff.get(PAGE).text)

    assert "GET /api/realtime/inventory" in page
    assert "Since the start of this process" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["CUP", "VASE"]),
        ("?sort=sold", ["VASE", "CUP"]),
        ("?sort=-sku", ["VASE", "CUP"]),
        ("?sort=available", ["VASE", "CUP"]),
        ("?q=vase", ["VASE"]),
        ("?q=cup+chalk", ["CUP"]),
        ("?show=a", ["CUP"]),
        ("?show=dead", []),
        ("?days=7&show=zzz&sort=--sold&page=99999999", ["CUP", "VASE"]),
    ],
)
def test_the_file_has_what_the_page_shows_with_the_same_arguments(staff, query, shown):
    sell()
    change("VASE", "sale", 1)
    rollups.roll_up()

    table = rows_of(staff.get(f"{PAGE}.csv{query}"))
    page = staff.get(f"{PAGE}{query}").text

    assert [row[0] for row in table[1:]] == shown
    assert [sku for _, sku in sorted((page.find(f'/{sku}">'), sku) for sku in shown)] == shown


def test_the_file_is_no_formula_and_numbers_stay_numbers(staff):
    sell()
    change("VASE", "add", 3)
    rollups.roll_up()

    header, *table = rows_of(staff.get(f"{PAGE}.csv?sort=sku"))
    vase = dict(zip(header, table[1], strict=True))

    assert (vase["product"], vase["shrinkage"], vase["sold"]) == ("'=Vase", "-3", "0")
    assert dict(zip(header, table[0], strict=True))["suggested_order"] == "125"


def test_the_days_are_a_file_too_and_unknown_ones_are_empty(staff):
    sell()

    table = rows_of(staff.get(f"{PAGE}.csv?report=days&days=7"))

    assert [row[1] for row in table] == ["sold", *[""] * 6, "5"]
    assert table[-1][0] == days.day_of(read_now()).isoformat()


@pytest.mark.parametrize(
    ("role", "status"), [("shopper", 403), ("agent", 200), ("staff", 200), ("admin", 200)]
)
def test_staff_and_agents_may_look(app, role, status):
    client = client_of(app, role)

    assert [client.get(path).status_code for path in (PAGE, f"{PAGE}.csv")] == [status, status]


def test_strangers_are_asked_to_sign_in(client):
    assert client.get(PAGE).status_code in (302, 303)


def test_fifty_are_on_a_page(staff):
    with transaction():
        for number in range(50):
            make_product(sku=f"MANY-{number:02}")
    sell()

    assert "51–52 of 52" in words(staff.get(f"{PAGE}?page=2").text)
    assert "51–52 of 52" in words(staff.get(f"{PAGE}?page=77").text)
