"""Canned replies, and what is filled in when an agent sends one."""

from dataclasses import replace

import pytest

from app.chat import rooms
from app.chat.console import canned
from app.chat.errors import CannedTaken, ClientIdReused, UnknownCanned, Unresolved
from app.chat.lines import Draft
from app.core.database import run_transaction
from app.core.errors import Invalid
from tests.chat.talking import ADA, INES, MIRA, open_room
from tests.factories import make_product, make_user
from tests.inventory.holding import reserve
from tests.orders import buying

NOBODY = replace(ADA, subject="visitor:nobody")


def add(shortcut="hello", body="Hello {{name}}, this is {{agent}}."):
    return run_transaction(lambda: canned.add_canned(shortcut, body, INES))


def fill(body, room=None, actor=MIRA):
    return canned.fill_in(room or open_room(name="Ada Novak"), body, actor)


def send(room, body, client_id="reply-0001"):
    return run_transaction(lambda: canned.post_reply(room, MIRA, Draft(client_id, body)))


def test_replies_are_listed_by_their_shortcut(any_app):
    add("thanks", "Thank you!")
    add("/Hello")

    assert [reply.shortcut for reply in canned.list_canned()] == ["hello", "thanks"]


def test_a_reply_is_changed_and_deleted(any_app):
    reply = add()

    run_transaction(lambda: canned.change_canned(reply.id, "hi", "Hi!", INES))
    assert [(each.shortcut, each.body) for each in canned.list_canned()] == [("hi", "Hi!")]

    run_transaction(lambda: canned.delete_canned(reply.id, INES))
    run_transaction(lambda: canned.delete_canned(reply.id, INES))
    assert canned.list_canned() == []
    with pytest.raises(UnknownCanned):
        run_transaction(lambda: canned.change_canned(reply.id, "hi", "Hi!", INES))


def test_two_replies_cannot_share_a_shortcut(any_app):
    add()

    with pytest.raises(CannedTaken):
        add("HELLO", "Good morning")


@pytest.mark.parametrize(
    ("shortcut", "body", "field"),
    [
        ("two words", "Hello", "shortcut"),
        ("", "Hello", "shortcut"),
        ("hello", "  ", "body"),
        ("hello", "x" * 1001, "body"),
        ("hello", "{{stok:CUP}}", "body"),
        ("hello", "{{stock}}", "body"),
        ("hello", "{{name:CUP}}", "body"),
        ("hello", "{{name", "body"),
    ],
)
def test_what_cannot_be_sent_is_found_when_it_is_written(app, shortcut, body, field):
    with pytest.raises(Invalid) as refused:
        add(shortcut, body)

    assert refused.value.facts["errors"][0]["field"] == field


def test_names_are_filled_in(app):
    assert fill("Hello {{name}}, this is {{ agent }}.") == "Hello Ada Novak, this is Mira."


def test_an_account_is_called_by_its_name(app):
    user = make_user(name="Jun Sato")
    room = open_room(replace(ADA, subject=f"user:{user.public_id}", role="shopper"))

    assert fill("Hello {{name}}", room) == "Hello Jun Sato"


@pytest.mark.parametrize(
    ("stock", "threshold", "said"), [(20, 3, "in stock"), (2, 3, "only 2 left"), (0, 3, "sold out")]
)
def test_stock_is_what_everybody_may_see(app, stock, threshold, said):
    make_product(sku="CUP", stock=stock, threshold=threshold)

    assert fill("The cup is {{stock:CUP}}.") == f"The cup is {said}."


def test_prices_are_those_of_now(app):
    make_product(sku="CUP", price=2190)

    assert fill("{{price:CUP}} each") == "€21.90 each"


def test_the_latest_order_is_named_with_its_state(any_app):
    make_product(sku="CUP")
    room = open_room()
    order = buying.buy(buying.ADA, CUP=1)

    assert fill("{{order}}", room) == f"{order.number} (is paid)"


@pytest.mark.parametrize(
    "body", ["{{stock:NONE}}", "{{price:NONE}}", "{{order}}", "{{name}}", "{{what}}", "{{", "{{stock:"]
)
def test_what_has_no_value_is_named_and_nothing_is_sent(app, body):
    room = open_room(NOBODY)

    with pytest.raises(Unresolved) as refused:
        send(room, f"Hello, {body}")

    assert body in refused.value.detail
    assert room.head_p == 0


def test_what_a_shopper_is_called_is_not_filled_in_again(app):
    assert fill("{{name}}", open_room(name="{{agent}}")) == "{{agent}}"


def test_a_reply_sent_again_is_what_it_was_though_the_shelf_has_moved(any_app):
    make_product(sku="CUP", stock=3, threshold=3)
    room = open_room()
    first = send(room, "{{stock:CUP}}")
    reserve(buying.JUN, CUP=2)

    second = send(room, "{{stock:CUP}}")

    assert (first.message.body, second.message.body) == ("only 3 left", "only 3 left")
    assert second.duplicate
    with pytest.raises(ClientIdReused):
        send(room, "something else {{agent}}")


@pytest.mark.parametrize(
    ("actor", "body", "is_filled"), [(MIRA, "{{name}}", True), (MIRA, "Hi", False), (ADA, "{{name}}", False)]
)
def test_only_what_staff_send_is_filled_in(app, actor, body, is_filled):
    assert canned.has_variables(open_room(), actor, Draft("reply-0001", body)) is is_filled


def test_staff_among_themselves_write_what_they_like(app):
    room = run_transaction(lambda: rooms.open_member_room(MIRA, "internal", "Kiln day"))

    assert not canned.has_variables(room, MIRA, Draft("reply-0001", "{{name}}"))
