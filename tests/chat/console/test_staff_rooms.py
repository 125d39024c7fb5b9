"""Groups and the staff's own rooms, on their pages."""

import pytest

from app.chat import queries
from app.chat.access import Actor
from app.chat.console import member_rooms
from app.chat.desk import agents
from app.core.database import run_transaction
from tests.chat.talking import open_group, open_room, say
from tests.factories import make_user
from tests.security.test_login import csrf_of, sign_in

ROOMS = "/staff/rooms"


def make_staff(name, role="agent"):
    user = make_user(role, email=f"{name.lower()}@example.test", name=name)
    run_transaction(lambda: agents.enrol_agent(user))
    return Actor(f"user:{user.public_id}", name, role)


@pytest.fixture
def mira(app, client):
    """An agent who is signed in."""
    agent = make_staff("Mira")
    sign_in(client, "mira@example.test")
    return agent


def post(client, where, **fields):
    return client.post(where, data={"csrf_token": csrf_of(client, "/orders"), "key": "key-of-form", **fields})


def test_opening_a_room_leads_into_it_once(client, mira):
    answer = post(client, ROOMS, kind="internal", subject="Kiln week")

    assert answer.status_code == 303
    assert "Kiln week" in client.get(answer.location).text
    assert post(client, ROOMS, kind="internal", subject="Kiln week").location == answer.location
    assert len(member_rooms.list_member_rooms(mira)) == 1


def test_a_room_needs_to_be_about_something(client, mira):
    answer = post(client, ROOMS, kind="internal", subject=" ")

    assert answer.status_code == 422
    assert "Say what the room is about." in answer.text


def test_only_members_see_a_room_and_its_words(app, client, mira):
    jonas = make_staff("Jonas")
    room = open_group(jonas, "internal")
    say(room, jonas, "Cone 6 until Thursday")

    assert "Kiln day" not in client.get(ROOMS).text
    assert client.get(f"{ROOMS}/{room.public_id}").status_code == 404
    for step in ("members", "leave"):
        assert post(client, f"{ROOMS}/{room.public_id}/{step}", member=mira.subject).status_code == 404
    run_transaction(lambda: member_rooms.invite(room, jonas, mira.subject))
    assert "Cone 6 until Thursday" in client.get(f"{ROOMS}/{room.public_id}").text


def test_a_conversation_of_the_desk_is_no_room_of_the_staff(client, mira):
    assert client.get(f"{ROOMS}/{open_room().public_id}").status_code == 404


def test_inviting_and_leaving_are_said_in_the_room(client, mira):
    jonas = make_staff("Jonas")
    room = open_group(mira, "internal")
    where = f"{ROOMS}/{room.public_id}"

    post(client, f"{where}/members", member=jonas.subject)
    assert "Jonas is in the room now." in client.get(where).text
    assert post(client, f"{where}/leave").location == ROOMS

    assert client.get(where).status_code == 404
    lines = [message.body for message in queries.list_messages(room.id, "p")]
    assert lines == ["Mira invited Jonas.", "Mira left."]


def test_a_group_is_the_owners_to_fill(client, mira):
    room = open_group(make_staff("Jonas"), "group", mira)
    ines = make_staff("Ines", "admin")

    assert "Invite" not in client.get(f"{ROOMS}/{room.public_id}").text
    assert post(client, f"{ROOMS}/{room.public_id}/members", member=ines.subject).status_code == 403


def test_a_full_room_says_so(make_app):
    app = make_app(CHAT_MAX_PARTICIPANTS="2")
    with app.app_context():
        client, mira = app.test_client(), make_staff("Mira")
        sign_in(client, "mira@example.test")
        room = open_group(mira, "internal", make_staff("Jonas"))
        third = make_staff("Noor")

        post(client, f"{ROOMS}/{room.public_id}/members", member=third.subject)

        assert "A room has 2 people at most." in client.get(f"{ROOMS}/{room.public_id}").text


def test_shoppers_are_not_invited_into_rooms_of_the_staff(client, mira):
    shopper = make_user(email="ada@example.test", name="Ada Novak")
    room = open_group(mira, "internal")

    assert "Ada Novak" not in client.get(f"{ROOMS}/{room.public_id}").text
    post(client, f"{ROOMS}/{room.public_id}/members", member=f"user:{shopper.public_id}")
    assert "There is nobody like that" in client.get(f"{ROOMS}/{room.public_id}").text


def test_a_message_without_a_script_comes_back_to_the_room(client, mira):
    room = open_group(mira, "internal")
    where = f"{ROOMS}/{room.public_id}"

    assert post(client, where, clientId="press-one-1", body="Good morning").status_code == 303
    refused = post(client, where, clientId="press-two-2", body=" ")

    assert refused.status_code == 422
    assert "Good morning" in refused.text
