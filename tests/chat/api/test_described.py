"""What the chat's API answers is what its description says."""

import pytest

from tests.chat.api.calling import URL, headers_of, open_for, say
from tests.core.test_openapi import problems

ROOM = f"{URL}/rooms/{{room_id}}"


@pytest.fixture
def program(app):
    return headers_of()


@pytest.fixture
def document(client):
    return client.get("/api/openapi.json").json


@pytest.fixture
def room(client, program):
    room = open_for(client, program)
    say(client, program, room, "It is back")
    return room


@pytest.mark.parametrize(
    "path",
    [
        f"{URL}/rooms", ROOM, f"{ROOM}/messages", f"{ROOM}/events", f"{ROOM}/transcript", f"{URL}/agents",
        f"{URL}/queue", f"{URL}/canned", f"{URL}/analytics",
    ],
)  # fmt: skip
def test_reading(client, program, document, room, path):
    answer = client.get(path.replace("{room_id}", room), headers=program)

    assert answer.status_code == 200
    assert problems(document, path, "get", 200, answer) == []


@pytest.mark.parametrize(
    ("path", "sent", "status"),
    [
        (f"{URL}/rooms", {"ownerId": "kim"}, 201),
        (f"{ROOM}/messages", {"clientId": "press-one-1", "body": "Hi"}, 201),
        (f"{ROOM}/messages", {"clientId": "press-one-1", "body": ""}, 422),
        (f"{ROOM}/messages", {}, 422),
        (f"{ROOM}/reads", {"seq": 1}, 200),
        (f"{ROOM}/resolve", {}, 200),
        (f"{ROOM}/claim", {"agent": "user:nobody"}, 404),
        (f"{ROOM}/hold", {"event": "restock:NOPE"}, 422),
        (f"{ROOM}/rating", {"score": 5, "ownerId": "ada"}, 409),
        (f"{ROOM}/participants", {"actor": "user:0123456789ab"}, 404),
    ],
)
def test_writing_and_what_may_go_wrong(client, program, document, room, path, sent, status):
    answer = client.post(path.replace("{room_id}", room), json=sent, headers=program)

    assert answer.status_code == status, answer.text
    assert problems(document, path, "post", status, answer) == []


def test_a_conversation_that_is_not_there(client, program, document):
    answer = client.get(ROOM.replace("{room_id}", "nowhere"), headers=program)

    assert answer.status_code == 404
    assert problems(document, ROOM, "get", 404, answer) == []
