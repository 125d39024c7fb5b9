"""The shelves: order, deletion, and the number at which their SKUs count as low."""

import pytest

from app.catalogue import browsing, categories, queries, search
from app.catalogue.categories import create_category, delete_category, edit_category, move_category
from app.catalogue.errors import Refused
from app.core.errors import Invalid, NotFound
from app.inventory import offers
from app.inventory import queries as inventory
from tests.catalogue.editor import MIRA
from tests.factories import make_category, make_product


def names():
    return [category.name for category in queries.list_categories()]


def test_shelves_are_moved_and_stay_at_the_ends(any_app):
    ids = {name: create_category(name, "", None, MIRA).id for name in ("Cups", "Jugs", "Lamps")}

    move_category(ids["Lamps"], "up", MIRA)
    assert names() == ["Cups", "Lamps", "Jugs"]
    move_category(ids["Cups"], "up", MIRA)
    move_category(ids["Jugs"], "down", MIRA)
    assert names() == ["Cups", "Lamps", "Jugs"]


def test_only_an_empty_shelf_is_deleted(any_app):
    category = make_product().category
    with pytest.raises(Refused, match="1 product"):
        delete_category(category.id, MIRA)

    empty = create_category("Lamps", "", None, MIRA)
    assert delete_category(empty.id, MIRA) == "Lamps"
    with pytest.raises(NotFound):
        delete_category(empty.id, MIRA)


def test_no_two_shelves_have_one_name(app):
    first = create_category("Lamps", "", None, MIRA)
    with pytest.raises(Invalid, match="already"):
        create_category("LAMPS", "", None, MIRA)
    assert edit_category(first.id, "lamps", "", None, MIRA).slug == "lamps"


def test_another_threshold_moves_the_badges_of_what_follows_it(any_app):
    make_product(sku="CUP", stock=3)
    make_product(sku="OWN", stock=3, threshold=1)
    category = make_category()
    before = {sku: inventory.get_stock(sku) for sku in ("CUP", "OWN")}

    edit_category(category.id, category.name, "", 2, MIRA)
    offers.follow_category(category.id)

    after = {sku: inventory.get_stock(sku) for sku in ("CUP", "OWN")}
    assert (before["CUP"].state, after["CUP"].state) == ("low", "in")
    assert after["CUP"].version > before["CUP"].version
    assert after["OWN"].version == before["OWN"].version


def test_products_are_found_by_the_new_name_of_their_shelf(app):
    product = make_product()
    category = edit_category(product.category_id, "Drinkware", "", None, MIRA)

    search.index_category(category.id)

    assert search.find_products("drinkware") == [product.id]
    assert search.find_products("tableware") == []


def test_shelves_are_counted_with_drafts_and_archived_ones(app):
    make_product()

    assert [row.products for row in browsing.list_categories()] == [1]


def test_two_who_add_the_same_shelf_at_once_make_one(any_app, monkeypatch):
    create_category("Cups", "", None, MIRA)
    monkeypatch.setattr(categories, "check_name", lambda name: None)
    monkeypatch.setattr(categories, "free_slug", lambda name: "cups")

    with pytest.raises(Invalid, match="just added"):
        create_category("Cups", "", None, MIRA)

    assert names() == ["Cups"]
