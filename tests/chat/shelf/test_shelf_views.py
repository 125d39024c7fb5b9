"""The shelf beside a conversation, and replies that are filled in, all without a script."""

import re

import pytest
import sqlalchemy as sa

from app.chat import queries
from app.chat.access import Actor
from app.chat.models import ChatHold
from app.chat.shelf import holds as chat_holds
from app.core.database import db
from tests.chat.shelf.pages import come_in, last_message, path, post
from tests.chat.talking import ADA, open_room
from tests.factories import make_product
from tests.inventory.holding import figures
from tests.security.test_login import csrf_of

FRAGMENT = {"HX-Request": "true"}


def test_the_shelf_begins_with_what_the_shopper_looks_at(desk, room):
    page = desk.get(path(room, "shelf")).text

    assert f'href="/staff/chat/rooms/{room.public_id}"' in page
    assert re.findall(r'id="send-([^"]+)"', page) == ["CUP", "CUP-L"]
    assert 'data-channel="stock:CUP"' in page


def test_the_shop_s_own_search_finds_more(desk, room):
    make_product(sku="VASE", name="Reed vase", slug="reed-vase")

    shown = desk.get(path(room, "shelf?q=reed"), headers=FRAGMENT).text

    assert shown.startswith('<div class="p-shelf"')
    assert re.findall(r'id="send-([^"]+)"', shown) == ["VASE"]
    assert "Nothing in the shop matches" in desk.get(path(room, "shelf?q=zzzzz"), headers=FRAGMENT).text


def test_an_agent_sends_a_card_by_a_plain_form(desk, room):
    answer = post(desk, path(room, "cards"), sku="CUP")

    assert (answer.status_code, answer.location) == (303, path(room, "shelf"))
    assert last_message(room).payload["sku"] == "CUP"
    post(desk, path(room, "cards"), sku="CUP")
    assert [each.kind for each in queries.list_messages(room.id, "p")] == ["text", "card"]


def test_an_agent_keeps_and_releases_by_plain_forms(desk, room):
    answer = post(desk, path(room, "holds"), sku="CUP", quantity="2", minutes="5")
    assert answer.status_code == 303
    assert figures("CUP") == (3, 2, 1)
    page = desk.get(path(room, "shelf")).text
    assert "2 × Cup, Chalk" in page
    assert "Kept for 5 min" in page
    hold_id = db.session.scalar(sa.select(ChatHold.public_id))

    answer = post(desk, path(room, "holds", hold_id, "release"), key="another-key-here")

    assert answer.status_code == 303
    assert figures("CUP") == (3, 0, 3)


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"sku": "CUP", "quantity": "9", "minutes": "5"}, 409, "Not enough of CUP"),
        ({"sku": "CUP", "quantity": "1", "minutes": "60"}, 422, "Between 1 and 15 minutes"),
        ({"sku": "CUP", "quantity": "x", "minutes": "5"}, 422, "Not a valid integer value"),
        ({"sku": "NOTHING", "quantity": "1", "minutes": "5"}, 404, "No product has the SKU"),
    ],
)
def test_what_cannot_be_kept_is_said_on_the_shelf(desk, room, fields, status, said):
    answer = post(desk, path(room, "holds"), headers=FRAGMENT, **fields)

    assert answer.status_code == status
    assert said in answer.text
    assert 'id="shelf"' in answer.text
    assert figures("CUP") == (3, 0, 3)


def test_the_fragment_says_what_was_done(desk, room):
    answer = post(desk, path(room, "cards"), headers=FRAGMENT, sku="CUP")

    assert answer.status_code == 200
    assert "The card is sent." in answer.text


def test_warnings_come_as_a_part_of_their_own(desk, room):
    post(desk, path(room, "cards"), sku="CUP-L")
    hold_all = Actor("user:other", "Other", "agent")
    other = open_room(ADA)
    chat_holds.hold_units(other, hold_all, "CUP-L", 1, 10, "hold-00009")

    shown = desk.get(path(room, "warnings"), headers=FRAGMENT).text

    assert "Cup, Cobalt" in shown
    assert "sold out now" in shown
    assert desk.get(path(other, "warnings"), headers=FRAGMENT).text.strip() == ""


@pytest.mark.parametrize("role", ["shopper", "staff"])
def test_the_shelf_is_for_the_desk(app, room, role):
    client, _ = come_in(app, role, "Other")

    assert client.get(path(room, "shelf")).status_code in (403, 404)
    assert post(client, path(room, "holds"), sku="CUP", quantity="1", minutes="5").status_code in (403, 404)
    assert figures("CUP") == (3, 0, 3)


def test_what_an_agent_leaves_open_is_filled_in_as_it_is_sent(desk, room):
    headers = {"Accept": "application/json", "X-CSRFToken": csrf_of(desk, "/orders")}
    where = f"/chat/rooms/{room.public_id}/messages"

    sent = desk.post(
        where, headers=headers, data={"clientId": "reply-0001", "body": "{{price:CUP}}, {{stock:CUP}}"}
    )
    missing = desk.post(
        where, headers=headers, data={"clientId": "reply-0002", "body": "It is {{stock:NONE}}"}
    )

    assert "€19.90, in stock" in sent.json["content"]
    assert missing.status_code == 422
    assert "{{stock:NONE}}" in missing.json["detail"]


def test_replies_are_written_changed_and_deleted_on_their_page(desk):
    assert "No replies yet" in desk.get("/staff/chat/replies").text

    post(desk, "/staff/chat/replies", shortcut="hello", body="Hello {{name}}")
    wrong = post(desk, "/staff/chat/replies", key="another-key", shortcut="two words", body="Hello {{nam}}")
    assert wrong.status_code == 422
    assert "Small letters, digits and dashes" in wrong.text
    page = desk.get("/staff/chat/replies").text
    (where,) = re.findall(r'href="(/staff/chat/replies/\d+)"', page)

    post(desk, where, key="a-third-key", shortcut="hi", body="Hi {{name}}")
    assert "/hi" in desk.get("/staff/chat/replies").text

    post(desk, f"{where}/removal", key="a-fourth-key")
    assert "No replies yet" in desk.get("/staff/chat/replies").text


@pytest.mark.parametrize("role", ["shopper", "staff"])
def test_replies_are_for_agents(app, role):
    client, _ = come_in(app, role, "Other")

    assert client.get("/staff/chat/replies").status_code == 403
