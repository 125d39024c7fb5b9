"""Parts of the console: canned replies, taking back, what was lost, who the shopper is, search."""

import pytest
import sqlalchemy as sa

from app.chat import queries
from app.chat.access import SYSTEM, Actor
from app.chat.console import canned
from app.chat.desk import queueing
from app.chat.models import Message, Room
from app.core.database import db, run_transaction, transaction
from app.orders import carts
from tests.chat.console.pages import CONSOLE, make_agent, now, path, post, text
from tests.chat.talking import ADA, open_room, say
from tests.factories import make_product, make_user
from tests.security.test_login import csrf_of, sign_in

JSON = {"Accept": "application/json"}


def add_reply(shortcut, body):
    return run_transaction(lambda: canned.add_canned(shortcut, body, SYSTEM)).id


def fill(client, room, reply_id):
    headers = {**JSON, "X-CSRFToken": csrf_of(client, "/orders")}
    return client.post(path(room, "canned", str(reply_id)), headers=headers)


def redact(client, room, seq, stream="p"):
    where = f"/chat/rooms/{room.public_id}/messages/{stream}/{seq}/redaction"
    return client.post(where, headers={**JSON, "X-CSRFToken": csrf_of(client, "/orders")})


def body_of(room, seq, stream="p"):
    db.session.rollback()
    return db.session.scalar(
        sa.select(Message.body).where(
            Message.room_id == room.id, Message.stream == stream, Message.seq == seq
        )
    )


@pytest.mark.usefixtures("mira")
class TestCannedReplies:
    def test_they_are_offered_by_name_with_their_words(self, client, room):
        add_reply("kiln", "We fire on <b>Fridays</b>.")

        shown = text(client, path(room, "canned"))

        assert "/kiln" in shown
        assert "We fire on &lt;b&gt;Fridays&lt;/b&gt;." in shown

    def test_one_comes_with_its_variables_filled_in(self, client, room):
        make_product(sku="VASE", stock=3, threshold=5)
        reply = add_reply("vase", "{{name}}, it is {{stock:VASE}}. {{agent}}")

        assert fill(client, room, reply).json == {"text": "Ada Novak, it is only 3 left. Mira"}

    def test_what_has_no_value_is_named(self, client, room):
        answer = fill(client, room, add_reply("gone", "It is {{stock:GONE}}."))

        assert answer.status_code in (409, 422)
        assert "{{stock:GONE}} has no value here" in answer.json["detail"]


def test_what_one_wrote_oneself_can_be_taken_back_and_nothing_else(client, mira, room):
    say(room, mira, "A slip", stream="i")

    assert redact(client, room, 1).status_code == 403
    assert redact(client, room, 1, "i").status_code == 200
    assert redact(client, room, 9).status_code == 404

    assert (body_of(room, 1), body_of(room, 1, "i")) == ("Is the large one back?", "")


def test_a_supervisor_takes_back_what_anybody_wrote(client, room):
    make_agent("Ines", role="admin")
    sign_in(client, "ines@example.test")

    assert redact(client, room, 1).status_code == 200
    assert body_of(room, 1) == ""


def test_a_conversation_that_was_lost_is_named_until_it_is_old(client, mira, room):
    post(client, path(room, "claim"))
    run_transaction(lambda: queueing.return_to_queue(now(room), "no_reply"))

    shown = text(client, CONSOLE)

    assert "<strong>Ada Novak</strong> moved on because the answer took too long" in shown
    with transaction():
        db.session.execute(sa.text("UPDATE chat_assignment SET ended_at = 1"))
    assert "moved on" not in text(client, CONSOLE)


def test_what_came_back_is_not_lost(client, mira, room):
    post(client, path(room, "claim"))
    run_transaction(lambda: queueing.return_to_queue(now(room), "no_reply"))
    client.post(path(room, "claim"), data={"csrf_token": csrf_of(client, "/orders"), "key": "another-form"})

    assert "moved on" not in text(client, CONSOLE)


def test_the_pane_shows_account_cart_orders_and_earlier_conversations(client, mira):
    user = make_user(email="jun@example.test", name="Jun Park")
    jun = Actor(f"user:{user.public_id}", user.name, "shopper")
    make_product(sku="VASE", name="Harbour vase", stock=3, threshold=5)
    run_transaction(lambda: carts.add_to_cart(jun.subject, "VASE", 2))
    earlier = open_room(jun, subject="A chipped rim")
    say(earlier, jun, "It came chipped")
    with transaction():
        db.session.execute(sa.update(Room).values(status="resolved"))
    latest = open_room(jun)
    say(latest, jun, "Hello again")

    shown = text(client, path(latest, "customer"))

    for words in (
        "Jun Park",
        "jun@example.test",
        "Customer since",
        "Harbour vase",
        "Only 3 left",
        "A chipped rim",
    ):
        assert words in shown


def test_a_guest_is_who_the_form_says(client, mira, room):
    shown = text(client, path(room, "customer"), headers={"HX-Request": "true"})

    assert "Guest, without an account" in shown
    assert "<html" not in shown


def test_search_leads_to_the_message(client, mira, room):
    shown = text(client, f"{CONSOLE}/search?q=LARGE")

    assert "Is the <mark>large</mark> one back?" in shown
    assert f"{path(room)}#m-p-1" in shown
    assert "Nothing has “zzz”" in text(client, f"{CONSOLE}/search?q=zzz")
    assert client.get(f"{CONSOLE}/search?q=%00&before=abc").status_code == 200


def test_an_old_page_of_both_streams_holds_the_notes_of_its_time(client, mira, room, monkeypatch):
    monkeypatch.setattr(queries, "PAGE", 2)
    monkeypatch.setattr(queries.list_messages, "__kwdefaults__", {"before": None, "limit": 2})
    say(room, mira, "An early note", stream="i")
    for number in range(3):
        say(room, ADA, f"Line {number}")

    newest = text(client, path(room))
    earlier = text(client, path(room, "history?before=3"))

    assert "Earlier messages" in newest
    assert ("An early note" in newest, "An early note" in earlier) == (False, True)
    assert "Line 2" not in earlier
    say(room, mira, "A late note", stream="i")
    again = text(client, path(room, "history?"))
    assert "Line 2" in again and "A late note" in again
