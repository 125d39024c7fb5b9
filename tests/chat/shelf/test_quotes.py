"""Cards of products in a conversation: the snapshot that was quoted, and what is true now."""

import pytest
from sqlalchemy import event

from app.catalogue.products import change_status
from app.catalogue.variants import edit_variant
from app.chat import bubbles
from app.chat.errors import ClientIdReused
from app.chat.models import QuotedCard
from app.chat.shelf import quotes
from app.core.database import db, run_transaction
from app.core.fragments import render
from app.inventory.errors import NotForSale, UnknownSku
from tests.catalogue.editor import MIRA as EDITOR
from tests.catalogue.editor import values
from tests.chat.talking import ADA, MIRA, open_room
from tests.factories import make_product


def quote(room, actor=MIRA, sku="CUP", client_id="card-00001"):
    return run_transaction(lambda: quotes.quote_card(room, actor, sku, client_id))


def show(room):
    (bubble, *_) = bubbles.list_bubbles(room, "p")
    return render("chat/_message.html", message=bubble)


def test_a_card_keeps_what_was_quoted(any_app):
    make_product(sku="CUP", name="Cup", price=1990, stock=2, threshold=3)
    room = open_room()

    message = quote(room).message

    assert message.kind == "card"
    assert message.body == "Cup, Chalk: €19.90, in stock"
    assert message.payload == {
        "sku": "CUP",
        "product": "Cup",
        "variant": "Chalk",
        "path": message.payload["path"],
        "price_minor": 1990,
        "status": "low",
    }
    assert db.session.get(QuotedCard, message.id).told == "in 1990"


def test_a_card_shows_the_product_with_its_live_hosts(app):
    make_product(sku="CUP", name="Cup", price=1990, stock=2, threshold=3)
    room = open_room()
    quote(room)

    shown = show(room)

    assert 'data-channel="stock:CUP"' in shown
    assert 'data-price="CUP"' in shown
    assert "Only 2 left" in shown
    assert "quoted" not in shown


def test_a_card_says_what_was_quoted_once_the_price_is_another(app):
    product = make_product(sku="CUP", price=1990)
    room = open_room()
    quote(room)
    change_price(product, 2190)

    shown = show(room)

    assert "quoted <s>€19.90</s>, now" in shown
    assert "€21.90" in shown


def test_the_same_press_sends_one_card(any_app):
    make_product(sku="CUP")
    room = open_room()

    first, second = quote(room), quote(room)

    assert (first.duplicate, second.duplicate) == (False, True)
    assert second.message.id == first.message.id
    assert db.session.query(QuotedCard).count() == 1


def test_a_repeat_answers_the_first_card_although_the_price_has_changed(any_app):
    product = make_product(sku="CUP", price=1990)
    room = open_room()
    quote(room)
    change_price(product, 2190)

    assert quote(room).message.payload["price_minor"] == 1990


def test_one_id_for_two_cards_is_refused(any_app):
    make_product(sku="CUP")
    make_product(sku="VASE")
    room = open_room()
    quote(room)

    with pytest.raises(ClientIdReused):
        quote(room, sku="VASE")


def test_a_shopper_may_send_a_card_too(any_app):
    make_product(sku="CUP")

    message = quote(open_room(), ADA).message

    assert message.side == "shopper"


def test_what_is_not_in_the_shop_cannot_be_quoted(any_app):
    product = make_product(sku="CUP")
    room = open_room()
    with pytest.raises(UnknownSku):
        quote(room, sku="NOTHING")
    change_status(product.id, "archived", EDITOR)

    with pytest.raises(NotForSale):
        quote(room)


def test_a_page_of_cards_costs_as_many_statements_as_one(app):
    room = open_room()
    for number in range(12):
        make_product(sku=f"CUP-{number}")
        quote(room, sku=f"CUP-{number}", client_id=f"card-{number:05}")
    messages = messages_of(room)
    bubbles.make_bubbles(room, messages)  # what is read once is read now

    few = count_statements(lambda: bubbles.make_bubbles(room, messages[:2]))
    many = count_statements(lambda: bubbles.make_bubbles(room, messages))

    assert few == many <= 4


def messages_of(room):
    return bubbles.queries.list_messages(room.id, "p")


def count_statements(act):
    heard = []
    listener = lambda *args: heard.append(args[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listener)
    act()
    event.remove(db.engine, "before_cursor_execute", listener)
    # The outbox writes in the background.
    return sum(statement.startswith("SELECT") for statement in heard)


def change_price(product, minor):
    edit_variant(
        product.variants[0].id, values(glaze="Chalk", glaze_hex="#eeeeee", price_minor=minor), EDITOR
    )
