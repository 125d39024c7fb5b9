"""The cart as a page, without any script."""

import re

import pytest

from app.catalogue.models import Variant
from app.core.database import transaction
from app.inventory import queries as inventory
from app.orders import queries
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
    page = shopper.page()
    assert "€48.00" in page and "is in your cart." in page
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


def test_buttons_beside_the_number_need_no_script(shopper):
    shopper("/cart", sku="CUP", quantity="1")

    shopper("/cart/CUP", quantity="1", to="2")
    assert 'value="2" aria-label="Quantity of Cup' in shopper.page()
    assert "Only 3 left" in shopper("/cart/CUP", quantity="2", to="4").text
    assert shopper("/cart/CUP", quantity="2", to="0").headers["Location"] == "/cart?removed=CUP&quantity=2"


def test_a_script_gets_the_cart_the_count_and_a_new_key(client, shopper):
    page = client.get("/products/cup").text
    key = re.search(r'name="key" value="(\w+)" data-add-key', page).group(1)
    add = {"csrf_token": csrf_of(client, "/login"), "sku": "CUP", "quantity": "1"}

    def post(key):
        answer = client.post("/cart", data={**add, "key": key}, headers={"HX-Request": "true"})
        assert answer.status_code == 200 and "<html" not in answer.text
        return re.search(r'value="(\w+)" data-add-key hx-swap-oob', answer.text).group(1), answer.text

    next_key, answer = post(key)
    assert next_key != key and 'innerHTML:[data-cart-count]"><span class="c-count">1</span>' in answer
    post(key)
    assert queries.count_cart(owner_of(client)) == 1
    post(next_key)
    assert queries.count_cart(owner_of(client)) == 2


def test_a_price_that_moved_is_said_until_it_is_accepted(client, shopper):
    shopper("/cart", sku="CUP", quantity="1")
    with transaction():
        Variant.query.filter_by(sku="CUP").one().price_minor = 2600

    page = shopper.page()
    assert "A price has changed" in page and "<s>€24.00</s> now €26.00" in page
    assert shopper("/cart/prices").status_code == 303
    assert "A price has changed" not in shopper.page()


def test_what_is_in_checkout_already_is_neither_short_nor_sold_out(client, shopper):
    shopper("/cart", sku="CUP", quantity="3")
    client.get("/checkout")

    page = shopper.page()
    assert "Held for you" in page and "Sold out" not in page
    assert shopper("/cart/CUP", quantity="1").status_code == 303
    assert shopper("/cart/CUP", quantity="3").status_code == 303


def owner_of(client):
    with client.session_transaction() as session:
        return f"visitor:{session['visitor']}"
