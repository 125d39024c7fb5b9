"""What pages of a room ask and send over HTTP."""

import pytest

from app.chat import members, queries
from app.chat.models import Participant
from app.core.database import db, run_transaction
from tests.chat.talking import ADA, MIRA, open_group, open_room, say
from tests.security.test_login import csrf_of


@pytest.fixture
def room(jun):
    return open_room(jun)


def post(client, room, path="messages", **fields):
    headers = {"Accept": "application/json", "X-CSRFToken": csrf_of(client, "/orders")}
    return client.post(f"/chat/rooms/{room.public_id}/{path}", data=fields, headers=headers)


def get(client, room, path):
    return client.get(f"/chat/rooms/{room.public_id}/{path}", headers={"Accept": "application/json"})


def test_a_message_is_answered_with_its_number_and_its_bubble(client, room):
    answer = post(client, room, clientId="press-one-1", body="Is <b>it</b> back?")

    assert answer.status_code == 200
    assert answer.json["duplicate"] is False
    assert answer.json["seq"] == 1
    assert "Is &lt;b&gt;it&lt;/b&gt; back?" in answer.json["content"]
    assert post(client, room, clientId="press-one-1", body="Is <b>it</b> back?").json["duplicate"] is True


def test_a_plain_form_goes_back_to_its_page(client, room):
    path = f"/chat/rooms/{room.public_id}/messages"
    fields = {
        "clientId": "press-one-1",
        "body": "Hi",
        "next": "/orders",
        "csrf_token": csrf_of(client, "/orders"),
    }
    answer = client.post(path, data=fields)

    assert (answer.status_code, answer.location) == (303, "/orders")


def test_the_log_is_read_from_a_number_on(client, room):
    for number in range(205):
        say(room, MIRA, str(number))

    first = get(client, room, "events?after=0").json
    head = first["head"]
    rest = get(client, room, f"events?after={first['events'][-1]['seq']}").json
    seqs = [event["seq"] for event in first["events"] + rest["events"]]
    assert len(first["events"]) == 200
    assert seqs == list(range(1, head + 1))
    assert first["events"][0]["data"]["message"]["body"] == "0"
    assert get(client, room, f"events?after={head}").json["events"] == []


def test_a_number_from_before_what_is_kept_means_start_again(client, room):
    say(room, MIRA)
    room.min_p = 10
    db.session.commit()

    assert get(client, room, "events?after=3").json["reset"] is True
    assert get(client, room, "events?after=9").json["reset"] is False


def test_earlier_messages_come_by_the_page(client, room):
    for number in range(60):
        say(room, MIRA, f"line {number}")
    newest = queries.list_messages(room.id, "p")
    page = get(client, room, f"history?before={newest[0].seq}").text

    assert "line 9<" in page
    assert "line 10<" not in page
    assert "data-earlier" not in page
    assert "line 59<" in get(client, room, "history").text


def test_what_is_read_only_moves_forward_and_not_past_the_head(client, room, jun):
    for _ in range(3):
        say(room, MIRA)
    head = queries.get_room(room.id).head_p

    def mark():
        db.session.rollback()
        return db.session.get(Participant, (room.id, jun.subject)).read_p

    assert post(client, room, "reads", seq="2").json == {"moved": True}
    assert post(client, room, "reads", seq="1").json == {"moved": False}
    assert mark() == 2
    post(client, room, "reads", seq="99999")
    assert mark() == head


@pytest.mark.parametrize(
    "path", ["events?after=0", "history?before=9", "events?after=0&stream=i", "history?before=9&stream=i"]
)
def test_a_foreign_room_is_not_there(client, jun, path):
    other = open_room(ADA)
    say(other, ADA)

    assert get(client, other, path).status_code == 404
    assert post(client, other, clientId="press-one-1", body="Hi").status_code == 404


def test_the_internal_stream_is_refused_to_the_shopper(client, room):
    say(room, MIRA, "Difficult", stream="i")

    assert get(client, room, "events?after=0&stream=i").status_code == 403
    assert get(client, room, "history?before=9&stream=i").status_code == 403
    assert post(client, room, clientId="press-one-1", body="Hi", stream="i").status_code == 403
    assert "Difficult" not in get(client, room, "events?after=0").text


def test_after_leaving_there_is_no_room(client, jun):
    group = open_group(MIRA, "group", jun)
    assert get(client, group, "events?after=0").status_code == 200
    run_transaction(lambda: members.leave(group, jun.subject))
    assert get(client, group, "events?after=0").status_code == 404


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("messages", {"clientId": "press-one-1", "body": ""}),
        ("messages", {"clientId": "no", "body": "Hi"}),
        ("messages", {"clientId": "press-one-1", "body": "Hi", "stream": "q"}),
        ("reads", {"seq": "-1"}),
        ("reads", {"seq": "９"}),
        ("reads", {}),
    ],
)
def test_mistakes_are_named(client, room, path, fields):
    answer = post(client, room, path, **fields)

    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert answer.json["errors"]


def test_a_burst_is_stopped_with_the_time_to_wait(client, room):
    answers = [post(client, room, clientId=f"press-{number:04}", body="Hi") for number in range(12)]

    assert {answer.status_code for answer in answers[:10]} == {200}
    assert answers[-1].status_code == 429
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 10
