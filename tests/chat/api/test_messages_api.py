"""Messages, the log and read marks over the API."""

import pytest

from app.chat.models import Participant
from app.core.database import db
from tests.chat.api.calling import URL, headers_of, open_for, say
from tests.chat.talking import ADA, open_room
from tests.chat.talking import say as said
from tests.inventory.stock_pages import client_of


@pytest.fixture
def program(app):
    return headers_of()


@pytest.fixture
def room(client, program):
    return open_for(client, program)


def read(client, program, room, path):
    return client.get(f"{URL}/rooms/{room}/{path}", headers=program)


def test_the_same_client_id_is_stored_once(any_app, client):
    program = headers_of()
    room = open_for(client, program)

    first = say(client, program, room, "It is back", "press-one-1")
    again = say(client, program, room, "It is back", "press-one-1")
    other = say(client, program, room, "It is not", "press-one-1")

    assert (first.status_code, first.json["duplicate"]) == (201, False)
    assert (again.status_code, again.json["duplicate"]) == (200, True)
    assert {**first.json, "duplicate": True} == again.json
    assert (other.status_code, other.json["code"]) == (409, "client_id_reused")


def test_a_program_speaks_for_the_staff_unless_it_names_the_shopper(client, program, room):
    staff = say(client, program, room, "It is back").json
    shopper = say(client, program, room, "Hurrah", ownerId="ada").json

    assert (staff["side"], staff["sender"]) == ("agent", staff["name"])
    assert (shopper["side"], shopper["sender"], shopper["name"]) == ("shopper", "ext:ada", "Ada")
    assert say(client, program, room, "Hi", ownerId="kim").status_code == 422
    assert say(client, program, room, "Hi", ownerId="ada", stream="i").status_code == 422


def test_the_label_of_a_caller_grants_and_names_nothing(client, program, room):
    sent = say(client, {**program, "X-User-ID": "user:boss"}, room).json

    assert sent["sender"].startswith("token:")


def test_messages_come_by_pages_in_both_directions(client, program, room):
    for number in range(6):
        say(client, program, room, f"line {number}")

    newest = read(client, program, room, "messages?limit=3").json
    before = read(client, program, room, f"messages?limit=3&before={newest['before']}").json
    first = read(client, program, room, "messages?limit=3&after=0").json
    following = read(client, program, room, f"messages?limit=200&after={first['after']}").json

    seqs = [message["seq"] for message in before["items"] + newest["items"]]
    assert seqs == sorted(seqs) and len(seqs) == 6
    assert [message["body"] for message in newest["items"]] == ["line 3", "line 4", "line 5"]
    assert following["items"][-1]["body"] == "line 5"
    assert (following["after"], following["before"]) == (None, None)


def test_the_log_is_read_from_a_number_on(client, program, room):
    say(client, program, room, "It is back")

    log = read(client, program, room, "events").json
    rest = read(client, program, room, f"events?after={log['head']}").json

    assert [entry["seq"] for entry in log["items"]] == list(range(1, log["head"] + 1))
    assert log["items"][-1]["message"]["body"] == "It is back"
    assert rest["items"] == []


def test_notes_are_a_stream_of_their_own(app, client, program):
    ada = open_room()
    said(ada, ADA)
    say(client, program, ada.public_id, "Difficult", stream="i")

    assert "Difficult" not in read(client, program, ada.public_id, "messages").text
    assert "Difficult" in read(client, program, ada.public_id, "messages?stream=i").text
    shopper = client_of(app, "shopper")
    assert shopper.get(f"{URL}/rooms/{ada.public_id}/events?stream=i").status_code == 404


def test_a_read_mark_moves_forward(client, program, room):
    mark = f"{URL}/rooms/{room}/reads"

    assert client.post(mark, json={"seq": 1}, headers=program).json == {"moved": False}  # not in the room
    assert db.session.query(Participant).filter_by(actor="ext:ada").one().read_p == 0
    assert client.post(mark, json={"seq": -1}, headers=program).status_code == 422


@pytest.mark.parametrize(
    "path",
    ["messages?limit=0", "messages?limit=201", "messages?before=x", "messages?stream=q", "events?after=-1"],
)
def test_a_question_that_cannot_be_is_refused(client, program, room, path):
    assert read(client, program, room, path).status_code == 422


@pytest.mark.parametrize(
    "sent",
    [
        {"body": "Hi"},
        {"clientId": "press-one-1"},
        {"clientId": "press-one-1", "body": ""},
        {"clientId": "press-one-1", "body": "x" * 1001},
        {"clientId": "press-one-1", "body": "Hi", "stream": "q"},
        {"clientId": "press one", "body": "Hi"},
    ],
)
def test_a_message_that_cannot_be_is_refused(client, program, room, sent):
    answer = client.post(f"{URL}/rooms/{room}/messages", json=sent, headers=program)

    assert (answer.status_code, answer.json["code"]) == (422, "invalid")


def test_the_number_of_a_card_is_masked_here_too(client, program, room):
    sent = say(client, program, room, "4111 1111 1111 1111").json

    assert "4111" not in sent["body"]


def test_strangers_are_told_of_no_room(app, client, room):
    assert app.test_client().get(f"{URL}/rooms/{room}/messages").status_code == 404
    assert say(app.test_client(), {}, room).status_code == 404


def test_a_curl_of_the_demo_speaks_for_the_staff_under_its_own_name(make_app):
    app = make_app(APP_ENV="demo")
    with app.app_context():
        curl = app.test_client()
        room = open_for(curl, {})

        sent = say(curl, {"X-User-ID": "test-user"}, room, "Hello from API!")

        assert (sent.status_code, sent.json["side"], sent.json["sender"]) == (201, "agent", "demo")
        forged = say(app.test_client(), {"Origin": "http://evil.example"}, room, "Hello from a page")
        assert forged.status_code in (400, 401, 404)
