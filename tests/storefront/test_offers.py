"""What shoppers are shown: nothing that is a draft, archived or retired."""

import pytest

from app.catalogue.products import change_status
from app.catalogue.variants import retire_variant
from app.core.database import db
from app.storefront import home
from app.storefront import product as page
from tests.catalogue.editor import MIRA, enter
from tests.factories import add_variant, make_category, make_product, make_user
from tests.storefront.shelf import names_of, read_shelf

PAGES = ("/", "/categories/tableware", "/search?q=jug", "/search/suggestions?q=jug", "/products/cup")


@pytest.fixture
def jug(app):
    """One that is everywhere: new, on its shelf, found, and what goes with the cup."""
    make_product(slug="cup", name="Cup")
    jug = make_product(slug="jug", name="Reed jug", sku="JUG-1", stock=3)
    add_variant(jug, "JUG-2", glaze="Cobalt", price=9900)
    jug.new_until = 2**42
    db.session.commit()
    return jug


def shown_on(client):
    return [path for path in PAGES if "/products/jug" in client.get(path).text]


def test_what_is_in_the_shop_is_everywhere(jug, client):
    assert shown_on(client) == list(PAGES)


@pytest.mark.parametrize("status", ["draft", "archived"])
def test_what_is_not_in_the_shop_is_nowhere(jug, client, status):
    change_status(jug.id, status, MIRA)

    assert shown_on(client) == []
    assert names_of(read_shelf()) == ["Cup"]
    assert [tile.count for tile in home.category_tiles()] == [1]


def test_a_draft_is_not_there_for_shoppers_and_says_what_it_is_to_staff(jug, client):
    change_status(jug.id, "draft", MIRA)
    assert client.get("/products/jug").status_code == 404

    enter(client, make_user)

    preview = client.get("/products/jug")
    assert (preview.status_code, "This is a draft" in preview.text) == (200, True)


def test_shoppers_with_an_account_do_not_see_drafts_either(jug, client):
    change_status(jug.id, "draft", MIRA)
    enter(client, make_user, "shopper")

    assert client.get("/products/jug").status_code == 404


def test_what_is_archived_is_gone_and_says_what_else_there_is(jug, client):
    change_status(jug.id, "archived", MIRA)

    answer = client.get("/products/jug")

    assert answer.status_code == 410
    assert "Reed jug is no longer made" in answer.text
    assert "/products/cup" in answer.text


def test_a_retired_variant_is_offered_nowhere(jug, client):
    retire_variant(jug.variants[1].id, MIRA)

    assert [option.sku for option in page.show("jug", None).variants] == ["JUG-1"]
    assert "€99.00" not in client.get("/categories/tableware").text
    assert "Cobalt" not in client.get("/categories/tableware").text
    assert page.show("jug", "JUG-2").selected.sku == "JUG-1", "old links lead to what is left"


def test_a_shelf_without_a_picture_shows_an_outline(app, client):
    make_category()

    assert "no-picture" in client.get("/").text
