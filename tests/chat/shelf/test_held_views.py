"""What is kept for a shopper as a page, and the question from a product's page: all without a script."""

import sqlalchemy as sa

from app.chat import queries
from app.chat.models import Room
from app.core.database import db
from tests.chat.shelf.pages import come_in, hold, last_message, post
from tests.factories import make_product
from tests.inventory.holding import figures
from tests.security.test_login import csrf_of

FRAGMENT = {"HX-Request": "true"}


def test_the_shopper_puts_what_is_kept_into_the_cart_without_a_script(app, jun, room):
    client, _ = jun
    kept = hold(room)
    where = f"/chat/rooms/{room.public_id}/holds/{kept.public_id}"
    page = client.get(where).text
    assert "Put them in my cart" in page

    answer = client.post(f"{where}/cart", data={"csrf_token": csrf_of(client, "/orders")})

    assert (answer.status_code, answer.location) == (303, "/cart")
    cart = client.get("/cart").text
    assert "2 × Cup, Chalk: in your cart. Go to checkout by" in cart
    assert "Held for you" in cart


def test_a_script_hears_what_to_say_and_where_to_go(jun, room):
    client, _ = jun
    kept = hold(room)
    headers = {"Accept": "application/json", "X-CSRFToken": csrf_of(client, "/orders")}

    answer = client.post(f"/chat/rooms/{room.public_id}/holds/{kept.public_id}/cart", headers=headers)

    assert answer.json["path"] == "/cart"
    assert "in your cart" in answer.json["said"]


def test_the_shopper_lets_go_and_a_second_press_says_that_it_is_over(jun, room):
    client, _ = jun
    kept = hold(room)
    where = f"/chat/rooms/{room.public_id}/holds/{kept.public_id}/release"

    assert client.post(where, data={"csrf_token": csrf_of(client, "/orders")}).status_code == 303
    again = client.post(where, data={"csrf_token": csrf_of(client, "/orders")})

    assert again.status_code == 409
    assert "free for everybody again" in again.text
    assert figures("CUP") == (3, 0, 3)


def test_what_is_kept_for_others_is_nobody_else_s(app, room):
    kept = hold(room)
    client, _ = come_in(app, "shopper", "Eve")
    where = f"/chat/rooms/{room.public_id}/holds/{kept.public_id}"

    assert client.get(where).status_code == 404
    for step in ("cart", "release"):
        answer = client.post(f"{where}/{step}", data={"csrf_token": csrf_of(client, "/orders")})
        assert answer.status_code == 404
    assert figures("CUP") == (3, 2, 1)


def test_the_agent_s_own_page_of_a_hold_releases_only(desk, room):
    kept = hold(room)

    page = desk.get(f"/chat/rooms/{room.public_id}/holds/{kept.public_id}").text

    assert "Kept for the shopper" in page
    assert "in my cart" not in page


def test_a_question_from_a_product_s_page_begins_a_conversation_with_its_card(app):
    make_product(sku="CUP", slug="cup")
    client, ada = come_in(app, "shopper", "Ada")
    assert "Ask about this product" in client.get("/products/cup").text

    answer = post(client, "/chat/cards", sku="CUP")

    room = db.session.scalar(sa.select(Room))
    assert (room.owner, room.status) == (ada.subject, room.status)
    assert answer.location == f"/support/{room.public_id}#latest"
    assert [each.kind for each in queries.list_messages(room.id, "p")] == ["card"]


def test_a_question_goes_into_the_conversation_that_is_going_on(jun, room):
    client, _ = jun

    post(client, "/chat/cards", sku="CUP")

    assert last_message(room).kind == "card"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Room)) == 1


def test_a_guest_whom_nobody_would_answer_is_asked_for_an_address_first(app, client):
    make_product(sku="CUP")

    answer = post(client, "/chat/cards", sku="CUP")

    assert answer.location == "/support"
    assert db.session.scalar(sa.select(Room)) is None
