"""What open pages are told of a product besides its stock."""

from app.catalogue import broadcasts, reconcile
from app.catalogue.products import change_status, edit_product
from app.catalogue.variants import edit_variant, retire_variant
from tests.catalogue.editor import MIRA, basics, make_draft, values


def newest(client, product):
    (message,) = client.post("/live/recover", json={"channels": [f"item:{product.id}"]}).json["messages"]
    return message


def test_a_new_price_is_published_with_the_edit(any_app, client):
    product = make_draft("JUG")
    change_status(product.id, "active", MIRA)
    edit_variant(product.variants[0].id, values(price_minor=2600), MIRA)

    message = newest(client, product)

    assert message["data"]["prices"] == {"JUG": 2600}
    assert "[data-price='JUG']" in message["content"]
    assert "€26.00" in message["content"]


def test_a_name_cannot_break_out_of_what_is_pushed(app, client):
    product = make_draft("JUG", name="<b>Jug</b>")
    change_status(product.id, "active", MIRA)

    assert "&lt;b&gt;Jug" in newest(client, product)["content"]


def test_pages_are_told_that_it_left_and_nothing_else(app, client):
    product = make_draft("JUG", name="Secret jug")
    assert newest(client, product)["data"] == {
        "productId": product.id,
        "forSale": False,
        "version": product.version,
    }

    change_status(product.id, "active", MIRA)
    change_status(product.id, "archived", MIRA)

    message = newest(client, product)
    assert "No longer for sale" in message["content"]
    assert "Secret" not in str(message)


def test_a_retired_variant_says_so_on_its_page(app, client):
    product = make_draft("JUG", "JUG-2")
    change_status(product.id, "active", MIRA)
    retire_variant(product.variants[0].id, MIRA)

    content = newest(client, product)["content"]
    assert "[data-variant-notice='JUG']" in content
    assert "no longer made" in content


def test_the_reconciler_publishes_what_redis_does_not_know(app, redis):
    make_draft("JUG")
    redis.flushall()

    assert reconcile.fill_redis() == 1
    assert reconcile.fill_redis() == 0


def test_what_is_no_product_is_left_out(app):
    assert broadcasts.item_messages(["", "x", "9" * 30, "999"]) == []


def test_an_edit_moves_the_version_that_pages_hold(app, client):
    product = make_draft("JUG")
    change_status(product.id, "active", MIRA)
    shown = client.get(product.path).text
    assert f'data-channel="item:{product.id}" data-version="{product.version}"' in shown

    edit_product(product.id, basics(name="Rush jug"), MIRA)

    assert newest(client, product)["version"] > 3
