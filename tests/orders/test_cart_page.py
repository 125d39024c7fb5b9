"""The cart as a page, without any script."""

import re

import pytest

from app.inventory import queries as inventory
from tests.factories import make_product
from tests.inventory.test_ledger import change
from tests.security.test_login import csrf_of


@pytest.fixture
def shopper(app, client):
    make_product(sku="CUP", slug="cup", stock=3, price=2400)

    def send(path, **fields):
        page = client.get("/cart").text
        keys = re.findall(r'name="key" value="(\w+)"', page) or [fields.pop("fresh", "k1")]
        return client.post(path, data={"csrf_token": csrf_of(client, "/login"), "key": keys[0], **fields})

    send.page = lambda: client.get("/cart").text
    return send


def test_from_the_product_page_into_the_cart_and_out_again(client, shopper):
    page = client.get("/products/cup").text
    assert 'action="/cart"' in page and "Add to cart" in page

    added = shopper("/cart", sku="CUP", quantity="2")
    assert (added.status_code, added.headers["Location"]) == (303, "/cart")
    assert "€48.00" in shopper.page() and "It is in your cart." not in shopper.page().split("<main")[0][:0]
    removed = shopper("/cart/CUP/removal")
    assert removed.headers["Location"] == "/cart?removed=CUP&quantity=2"
    assert "The cart is empty" in shopper.page()
    assert "Undo" in client.get(removed.headers["Location"]).text


def test_less_on_the_shelf_is_said_at_the_line_and_mended_with_one_click(client, shopper):
    shopper("/cart", sku="CUP", quantity="3")
    change("CUP", "remove", 2)

    page = shopper.page()
    assert "Only 1 left of your 3." in page and "Take 1" in page
    assert "/checkout" not in page
    shopper("/cart/CUP", quantity="1")
    assert 'href="/checkout"' in shopper.page()


def test_too_many_keep_the_cart_and_say_how_many_there_are(shopper):
    shopper("/cart", sku="CUP", quantity="2")

    refused = shopper("/cart/CUP", quantity="9")

    assert refused.status_code == 409
    assert "Only 3 left" in refused.text
    assert inventory.get_stock("CUP").reserved == 0


def test_a_sold_out_variant_has_no_button_to_press(client, shopper):
    change("CUP", "remove", 3)

    page = client.get("/products/cup").text

    assert re.search(r"<button[^>]*disabled>Sold out</button>", page)
    assert shopper("/cart", sku="CUP", quantity="1", fresh="k2").status_code == 409


def test_the_header_counts(client, shopper):
    shopper("/cart", sku="CUP", quantity="2")

    assert re.search(r"data-cart-count><span class=\"c-count\">2</span>", client.get("/").text)
