"""The staff's stock list: what it finds, how it pages, and figures that are changed in their rows."""

import pytest
import sqlalchemy as sa

from app.catalogue.models import Picture, Variant
from app.core.database import db, transaction
from app.inventory import days, grid, queries
from app.inventory.grid import GridQuery
from app.inventory.ledger import Change, apply
from app.inventory.locations import add_location, ensure_level
from app.inventory.models import StockDay
from tests.factories import add_variant, make_product, make_user
from tests.inventory.stock_list import HTMX, RIVAL, change, enter_mira, fill_shelf, names, opened, save
from tests.security.test_login import sign_in


@pytest.fixture
def shelf(any_app):
    fill_shelf()


@pytest.fixture
def mira(any_app, client):
    return enter_mira(client)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["CUP", "JUG", "LAMP", "VASE"]),
        ("?state=low", ["VASE"]),
        ("?state=out", ["LAMP"]),
        ("?q=harbour", ["VASE"]),
        ("?q=chalk+va", ["VASE"]),
        ("?q=%25", []),
        ("?q=%00va%00se", ["VASE"]),
        ("?sort=available", ["JUG", "LAMP", "VASE", "CUP"]),
        ("?sort=-sku", ["VASE", "LAMP", "JUG", "CUP"]),
        ("?state=odd&sort=odd&page=odd&location=odd", ["CUP", "JUG", "LAMP", "VASE"]),
        ("?page=99", ["CUP", "JUG", "LAMP", "VASE"]),
    ],
)
def test_the_address_says_what_the_list_shows(mira, query, found):
    assert names(mira.get(f"/staff/inventory{query}").text) == found


def test_the_counts_follow_the_search_and_not_the_status(shelf):
    assert grid.read_page(GridQuery(state="low")).counts == (4, 1, 1)
    assert grid.read_page(GridQuery(text="lamp")).counts == (1, 0, 1)


def test_what_changed_last_comes_first(shelf):
    change("VASE", "add", 1)

    assert grid.list_skus(GridQuery(sort="-changed"))[0] == "VASE"


def test_pages_are_real_links_that_keep_the_filters(mira):
    product = make_product(sku="TILE-00", name="Tile")
    for number in range(1, 60):
        add_variant(product, f"TILE-{number:02}")

    first = mira.get("/staff/inventory?q=tile").text
    second = mira.get("/staff/inventory?q=tile&page=2").text

    assert (len(names(first)), names(second)[0]) == (50, "TILE-50")
    assert "/staff/inventory?q=tile&amp;page=2" in first
    assert "51–60 of 60" in second


def test_the_list_says_when_there_is_nothing_and_why(any_app, client):
    make_user("staff", email="mira@example.test")
    sign_in(client, "mira@example.test")

    assert "No stock yet" in client.get("/staff/inventory").text
    assert "Nothing matches “zzz”" in client.get("/staff/inventory?q=zzz").text
    assert "Nothing is low" in client.get("/staff/inventory?state=low").text


def test_with_two_places_each_has_its_figures_and_the_sum_is_nobodys_to_set(mira):
    with transaction():
        add_location("kiln", "Kiln room", actor="test", role="admin")
        apply(ensure_level("CUP", "kiln"), "CUP", Change("receive", on_hand=7), RIVAL)

    everywhere = mira.get("/staff/inventory").text
    kiln = mira.get("/staff/inventory?location=kiln").text

    assert "<strong>19</strong>" in everywhere
    assert "Edit on hand" not in everywhere
    assert names(kiln) == ["CUP"]
    assert "Edit on hand of Quay cup, Chalk, 7" in kiln
    assert mira.get("/staff/inventory/sku/CUP/on-hand", headers=HTMX).status_code == 404
    save(mira, "CUP", opened(mira, "CUP", "?location=kiln"), units="6", reason="broke")
    assert queries.get_level("CUP", "kiln").on_hand == 6
    assert queries.get_level("CUP").on_hand == 12


def test_the_line_of_two_weeks_tells_no_record_from_zero(shelf):
    level, today = queries.get_level("CUP"), days.today()
    zeros = dict.fromkeys(
        (
            "received",
            "sold",
            "returned",
            "adjusted",
            "damaged",
            "changes",
            "holds",
            "holds_expired",
            "refused",
        ),
        0,
    )
    with transaction():
        for ago, closing in [(3, 0), (2, 6), (1, 6)]:
            row = {"day": today - ago * days.ONE, "opening": 0, "closing": closing, "out_ms": 0, **zeros}
            db.session.add(StockDay(stock_level_id=level.id, **row))

    cup, lamp = grid.read_rows(["CUP", "LAMP"])

    assert cup.days.label == "4 days on hand: 0 first, 12 now, from 0 to 12"
    assert [len(line.split()) for line in cup.days.lines] == [4]
    assert lamp.days.label == ""


def test_a_row_names_who_changed_it_last(mira):
    change("VASE", "add", 2)

    assert "program till" in mira.get("/staff/inventory/rows?sku=VASE").text


def test_rows_come_in_one_answer_without_those_that_are_gone(mira):
    answer = mira.get("/staff/inventory/rows?sku=VASE&sku=NOPE&sku=CUP")

    assert names(answer.text) == ["VASE", "CUP"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_agent_may_look_and_not_change(shelf, client):
    make_user("agent", email="ann@example.test")
    sign_in(client, "ann@example.test")

    page = client.get("/staff/inventory").text

    assert names(page) == ["CUP", "JUG", "LAMP", "VASE"]
    assert "Edit on hand" not in page
    assert 'name="sku"' not in page
    assert client.get("/staff/inventory/sku/CUP/on-hand", headers=HTMX).status_code == 403


def test_without_a_script_the_edit_leads_to_the_page_of_the_sku(mira):
    assert mira.get("/staff/inventory/sku/CUP/on-hand").headers["Location"] == "/staff/inventory/sku/CUP"


def test_a_picture_that_is_being_prepared_is_not_shown_yet(shelf):
    upload = {"alt": "A cup", "width": 800, "height": 1000, "position": -1, "state": "preparing"}
    with transaction():
        product_id = db.session.scalar(sa.select(Variant.product_id).where(Variant.sku == "CUP"))
        db.session.add(Picture(product_id=product_id, file="0123abcd", **upload))

    assert grid.read_rows(["CUP"])[0].picture == "cup.svg"
