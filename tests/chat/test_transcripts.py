"""A conversation to keep: all of it, in its order, and never a note for the shopper."""

import re

import pytest

from app.chat.access import Actor
from app.chat.keeping import transcripts
from app.core.database import db
from app.core.mail import Mail
from tests.chat.talking import MIRA, open_room, say
from tests.inventory.stock_pages import client_of, csrf_of


@pytest.fixture
def room(jun):
    room = open_room(jun, subject="Vase")
    say(room, jun, "Is <b>it</b>\nback?")
    say(room, MIRA, "A difficult one", stream="i")
    say(room, MIRA, "It is")
    return room


def path(room, query=""):
    return f"/chat/rooms/{room.public_id}/transcript{query}"


def test_the_shopper_gets_what_was_said_in_its_order(client, room):
    answer = client.get(path(room))

    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.text.startswith("Vase of 20")
    assert "] Jun: Is <b>it</b>\n    back?\n" in answer.text
    assert answer.text.index("back?") < answer.text.index("] Mira: It is")
    assert "difficult" not in answer.text


def test_as_a_page_it_is_escaped(client, room):
    page = client.get(path(room, "?format=html")).text

    assert "Is &lt;b&gt;it&lt;/b&gt;<br>back?" in page
    assert "difficult" not in page


@pytest.mark.parametrize("query", ["?notes=1", "?notes=1&format=html"])
def test_notes_are_for_staff_who_ask_for_them_and_marked(app, client, room, query):
    agent = client_of(app, "agent")

    assert client.get(path(room, query)).status_code == 403
    marked = agent.get(path(room, query)).text
    assert "A difficult one" in marked
    assert "not shown to the shopper" in marked
    assert "difficult" not in agent.get(path(room)).text


def test_others_have_no_transcript(app, room):
    assert client_of(app, "shopper").get(path(room)).status_code == 404
    assert app.test_client().get(path(room)).status_code == 404


def test_a_mail_goes_to_the_address_of_the_conversation_without_notes(client, room):
    headers = {"Accept": "application/json", "X-CSRFToken": csrf_of(client, "/orders")}

    answer = client.post(path(room), headers=headers)

    mail = db.session.query(Mail).one()
    assert answer.json == {"sentTo": "jun@example.com"}
    assert (mail.to, "It is" in mail.body, "difficult" in mail.body) == ("jun@example.com", True, False)


def test_the_page_to_print_offers_the_mail(client, room):
    page = client.get(path(room, "?format=html")).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)

    sent = client.post(path(room), data={"csrf_token": token, "next": path(room, "?format=html&sent=1")})

    assert "Mail it to jun@example.com" in page
    assert sent.status_code == 303
    assert "on its way" in client.get(sent.location).text
    assert db.session.query(Mail).count() == 1


def test_without_an_address_it_says_so(app, jun):
    room = open_room(Actor("visitor:ada", "Guest", "guest"))
    agent = client_of(app, "agent")
    headers = {"Accept": "application/json", "X-CSRFToken": csrf_of(agent, "/orders")}

    answer = agent.post(path(room), headers=headers)

    assert (answer.status_code, answer.json["code"]) == (422, "no_address")


def test_a_long_conversation_is_written_piece_by_piece(room, monkeypatch):
    monkeypatch.setattr(transcripts, "PAGE", 2)
    for number in range(7):
        say(room, MIRA, f"line {number}")
        say(room, MIRA, f"note {number}", stream="i")

    lines = [line.text for line in transcripts.list_lines(room, notes=True)]

    assert [line for line in lines if line.startswith("line")] == [f"line {number}" for number in range(7)]
    assert [line for line in lines if line.startswith("note")] == [f"note {number}" for number in range(7)]
