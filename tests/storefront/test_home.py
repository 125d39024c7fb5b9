"""The first page: shelves, what is new, what came back, what is nearly gone."""

import pytest
import sqlalchemy as sa

from app.core import clock
from app.core.database import db, transaction
from app.inventory.adjustments import change_stock
from app.inventory.ledger import Origin
from app.inventory.models import StockMovement
from app.storefront import home
from tests.factories import make_category, make_product, unlock_ledger
from tests.storefront.shelf import change

DAY_MS = 24 * 3600 * 1000


def receive(sku, quantity):
    with transaction():
        change_stock(sku, "receive", quantity, Origin("test", "from the kiln"))


def names(cards):
    return [card.name for card in cards]


def test_an_empty_shop_has_a_first_page(app, client):
    assert client.get("/").status_code == 200


def test_every_shelf_is_there_with_its_count(app, client):
    make_product()
    make_product()
    make_category(slug="lighting", name="Lighting")

    text = client.get("/").text

    assert [(tile.name, tile.count) for tile in home.category_tiles()] == [("Tableware", 2), ("Lighting", 0)]
    assert "2 pieces" in text
    assert 'href="/categories/lighting"' in text


def test_new_products_come_latest_first_and_at_most_four(app):
    for number in range(6):
        change(make_product(name=f"Cup {number}"), new_until=clock.now_ms() + DAY_MS, created_at=number)
    make_product(name="Old")

    assert names(home.show().new) == ["Cup 5", "Cup 4", "Cup 3", "Cup 2"]


@pytest.mark.parametrize(("stock", "is_shown"), [(0, False), (1, True), (2, True), (3, False)])
def test_the_last_few_are_those_at_or_under_the_threshold(app, stock, is_shown):
    make_product(name="Cup", stock=stock, threshold=2)

    assert ("Cup" in names(home.show().low)) is is_shown


@pytest.mark.parametrize(("before", "is_shown"), [(0, True), (1, False)])
def test_back_in_stock_is_what_was_received_onto_an_empty_shelf(app, before, is_shown):
    make_product(name="Cup", sku="CUP", stock=before)
    receive("CUP", 5)

    assert ("Cup" in names(home.show().back)) is is_shown


@pytest.mark.parametrize(("days", "is_shown"), [(13, True), (15, False)])
def test_back_in_stock_is_forgotten_after_two_weeks(app, days, is_shown):
    make_product(name="Cup", sku="CUP", stock=0)
    receive("CUP", 5)
    unlock_ledger()
    with transaction():
        db.session.execute(sa.update(StockMovement).values(created_at=clock.now_ms() - days * DAY_MS))

    assert ("Cup" in names(home.show().back)) is is_shown


def test_what_sold_out_again_is_not_back(app):
    make_product(name="Cup", sku="CUP", stock=0)
    receive("CUP", 5)
    with transaction():
        change_stock("CUP", "remove", 5, Origin("test", "sold"))

    assert home.show().back == []


def test_a_card_listens_to_its_product(app, client):
    product = make_product(threshold=10)

    assert (
        f'data-product-stock="{product.id}" data-channel="product:{product.id}" data-version="1"'
        in client.get("/").text
    )
