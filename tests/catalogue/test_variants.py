"""Variants: added with a stock level, edited, retired and restored."""

import pytest

from app.catalogue import browsing
from app.catalogue.errors import Refused, StaleProduct
from app.catalogue.products import change_status
from app.catalogue.variants import add_variant, edit_variant, restore_variant, retire_variant
from app.core.errors import Invalid
from app.inventory import queries as inventory
from tests.catalogue.editor import MIRA, make_draft, values
from tests.factories import make_product


def test_a_new_variant_stands_on_the_shelf_with_nothing_on_it(any_app):
    make_draft("JUG")

    stock = inventory.get_stock("JUG")
    assert (stock.on_hand, stock.available, stock.state) == (0, 0, "out")


@pytest.mark.parametrize("sku", ["", "A B", "é", "x" * 65, "A/B"])
def test_a_sku_that_is_misspelt(app, sku):
    with pytest.raises(Invalid, match="letters"):
        add_variant(make_draft().id, sku, values(), MIRA)


@pytest.mark.parametrize("sku", ["CUP", "cup"])
def test_a_sku_that_is_taken_names_who_has_it(app, sku):
    make_product(sku="CUP", name="Morning cup")

    with pytest.raises(Invalid, match="Morning cup"):
        add_variant(make_draft().id, sku, values(), MIRA)


def test_no_two_that_are_offered_look_the_same(app):
    product = make_draft("JUG")
    with pytest.raises(Invalid, match="JUG is in this glaze"):
        add_variant(product.id, "JUG-2", values(glaze="cobalt"), MIRA)


def test_the_price_changes_and_the_sku_does_not(any_app):
    product = make_draft("JUG")
    variant = browsing.get_product(product.id).variants[0]

    edited = edit_variant(variant.id, values(price_minor=2600), MIRA, expect=product.version)

    assert (edited.sku, edited.price_minor) == ("JUG", 2600)
    assert browsing.get_product(product.id).version == 3


def test_the_second_of_two_prices_is_told_of_the_first(any_app):
    product = make_draft("JUG")
    shown, variant = product.version, product.variants[0]
    edit_variant(variant.id, values(price_minor=2600), MIRA, expect=shown)

    with pytest.raises(StaleProduct) as refused:
        edit_variant(variant.id, values(price_minor=2800), MIRA, expect=shown)

    assert [(each.theirs, each.yours) for each in refused.value.differences] == [("26.00", "28.00")]


def test_a_retired_variant_keeps_its_stock_and_comes_back_with_it(any_app):
    product = make_product(sku="CUP", stock=4)
    other = add_variant(product.id, "CUP-2", values(), MIRA)
    before = inventory.find_product_badges([product.id])[product.id]

    retire_variant(product.variants[0].id, MIRA)

    badge = inventory.find_product_badges([product.id])[product.id]
    assert (before.state, badge.state) == ("low", "out")
    assert badge.version > before.version, "pages would not take the badge"
    assert inventory.get_stock("CUP").on_hand == 4
    restore_variant(product.variants[0].id, MIRA)
    assert inventory.find_product_badges([product.id])[product.id].state == "low"
    assert other.retired_at is None


def test_the_last_variant_in_the_shop_is_not_retired(app):
    product = make_draft("JUG")
    change_status(product.id, "active", MIRA)

    with pytest.raises(Refused, match="Archive"):
        retire_variant(product.variants[0].id, MIRA)
