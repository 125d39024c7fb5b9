"""Rooms over the API: opened once, listed for whoever may see them, and who is in them."""

import pytest

from app.chat import limits
from app.chat.models import Department
from app.core.database import db, transaction
from tests.chat.api.calling import URL, headers_of, open_for
from tests.chat.past import old_room
from tests.chat.talking import MIRA, open_group, open_room
from tests.factories import make_user
from tests.inventory.stock_pages import client_of, csrf_of
from tests.security.test_login import sign_in

ROOMS = f"{URL}/rooms"


@pytest.fixture
def program(app):
    return headers_of()


def test_a_program_opens_a_conversation_for_whom_it_names(any_app, client, program):
    message = {"clientId": "first-0001", "body": "Is the vase back?"}
    asked = {"ownerId": "ada", "name": "Ada", "subject": "Vase", "message": message}

    answer = client.post(ROOMS, json=asked, headers=program)

    assert answer.status_code == 201
    assert (answer.json["kind"], answer.json["name"], answer.json["head"] > 0) == ("support", "Ada", True)
    assert [person["actor"] for person in answer.json["participants"]] == ["ext:ada"]
    again = client.post(ROOMS, json=asked, headers=program)
    assert (again.status_code, again.json["id"]) == (200, answer.json["id"])


def test_the_same_key_opens_one_room(app, client, program):
    sent = {**program, "Idempotency-Key": "k1"}
    first = client.post(ROOMS, json={"kind": "group", "subject": "Kiln"}, headers=sent)
    second = client.post(ROOMS, json={"kind": "group", "subject": "Kiln"}, headers=sent)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json["id"] == second.json["id"]
    assert second.headers["Idempotent-Replayed"] == "true"


def test_a_shopper_opens_one_for_themselves_and_for_nobody_else(app):
    client = client_of(app, "shopper")
    headers = {"X-CSRFToken": csrf_of(client, "/orders")}

    opened = client.post(ROOMS, json={"subject": "Vase"}, headers=headers)
    other = client.post(ROOMS, json={"ownerId": "ada"}, headers=headers)

    assert (opened.status_code, other.status_code) == (201, 403)
    assert [room["id"] for room in client.get(ROOMS).json["items"]] == [opened.json["id"]]
    assert client.post(ROOMS, json={}).status_code == 400  # without the token of a form


def test_guests_who_forget_who_they_were_open_no_more_rooms_than_their_address_may(app, monkeypatch):
    monkeypatch.setattr(limits, "NEW_ROOMS_OF_ADDRESS", "2 per 12 hours")

    def open_one():
        guest = app.test_client()
        return guest.post(ROOMS, json={}, headers={"X-CSRFToken": csrf_of(guest, "/login")}).status_code

    assert [open_one() for _ in range(3)] == [201, 201, 429]


def test_a_program_opens_rooms_for_many_from_one_address(app, client, program, monkeypatch):
    monkeypatch.setattr(limits, "NEW_ROOMS_OF_ADDRESS", "2 per 12 hours")

    assert len({open_for(client, program, f"shopper{number}") for number in range(3)}) == 3


def test_rooms_are_listed_newest_first_by_pages_and_by_what_is_asked(any_app, client, program):
    ids = [open_for(client, program, f"shopper{number}") for number in range(5)]
    sales = open_for(client, program, "kim", kind="sales")

    first = client.get(f"{ROOMS}?limit=4", headers=program).json
    rest = client.get(f"{ROOMS}?limit=4&before={first['before']}", headers=program).json

    assert [room["id"] for room in first["items"] + rest["items"]] == [sales, *reversed(ids)]
    assert rest["before"] is None
    found = client.get(f"{ROOMS}?kind=sales", headers=program).json["items"]
    assert [room["id"] for room in found] == [sales]
    found = client.get(f"{ROOMS}?owner=ext:shopper3", headers=program).json["items"]
    assert [room["id"] for room in found] == [ids[3]]


def test_nobody_sees_foreign_rooms(app, client, program):
    room = open_for(client, program)
    group = open_group(MIRA)
    shopper = client_of(app, "shopper")

    assert shopper.get(ROOMS).json["items"] == []
    assert shopper.get(f"{ROOMS}/{room}").status_code == 404
    assert shopper.get(f"{ROOMS}?before={room}").status_code == 404
    assert client.get(f"{ROOMS}/{group.public_id}", headers=program).status_code == 404
    assert client.get(f"{ROOMS}/{room}", headers=program).json["status"]


def test_without_history_a_shopper_is_told_of_no_earlier_conversation(make_app):
    app = make_app(CHAT_ENABLE_HISTORY="false")
    with app.app_context():
        user = make_user(email="jun@example.com")
        client = app.test_client()
        sign_in(client, user.email)
        owner = f"user:{user.public_id}"
        old_room(1, owner=owner)
        late = old_room(0, owner=owner, status="resolved")

        assert [room["id"] for room in client.get(ROOMS).json["items"]] == [late.public_id]


@pytest.mark.parametrize(
    ("scopes", "reads", "writes"),
    [
        (("chat:read",), 200, 403),
        (("chat:write",), 403, 201),
        (("inventory:read", "inventory:write"), 403, 403),
    ],
)
def test_a_token_opens_what_its_scopes_say(app, client, scopes, reads, writes):
    headers = headers_of(*scopes)

    assert client.get(ROOMS, headers=headers).status_code == reads
    assert client.post(ROOMS, json={"ownerId": "ada"}, headers=headers).status_code == writes


def test_a_token_for_other_things_opens_no_conversation_by_any_path(app, client):
    room = open_room()
    headers = {**headers_of("inventory:read"), "Accept": "application/json"}

    assert client.get(f"/chat/rooms/{room.public_id}/events?after=0", headers=headers).status_code == 403


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"ownerId": "not a name"},
        {"ownerId": "ada", "kind": "nonsense"},
        {"ownerId": "ada", "kind": "order"},
        {"ownerId": "ada", "orderNumber": "A-1"},
        {"ownerId": "ada", "departmentId": 99},
        {"ownerId": "ada", "message": {"clientId": "x", "body": "Hi"}},
        {"ownerId": "ada", "color": "red"},
    ],
)
def test_mistakes_are_named(app, client, program, asked):
    answer = client.post(ROOMS, json=asked, headers=program)

    assert (answer.status_code, bool(answer.json["errors"])) == (422, True)


def test_an_order_that_is_not_there_is_said(app, client, program):
    asked = {"ownerId": "ada", "kind": "order", "orderNumber": "A-1"}

    assert client.post(ROOMS, json=asked, headers=program).status_code == 404


def test_a_department_is_asked_for(app, client, program):
    with transaction():
        db.session.add(Department(id=3, name="Glazes"))

    room = open_for(client, program, departmentId=3)

    assert client.get(f"{ROOMS}/{room}", headers=program).json["departmentId"] == 3


def test_members_come_and_go(app):
    mira = client_of(app, "agent")
    headers = {"X-CSRFToken": csrf_of(mira, "/staff/inventory")}
    room = mira.post(ROOMS, json={"kind": "internal", "subject": "Kiln"}, headers=headers).json["id"]
    jonas = f"user:{make_user('agent').public_id}"
    shopper = f"user:{make_user().public_id}"
    people = f"{ROOMS}/{room}/participants"

    joined = mira.post(people, json={"actor": jonas}, headers=headers)
    refused = mira.post(people, json={"actor": shopper}, headers=headers)
    left = mira.delete(f"{people}/{jonas}", headers=headers)

    assert [person["actor"] for person in joined.json["participants"]][1:] == [jonas]
    assert refused.status_code == 404
    assert len(left.json["participants"]) == 1
    assert mira.delete(f"{people}/{jonas}", headers=headers).status_code == 404


def test_the_desk_alone_says_who_is_in_its_conversations(any_app, client, program):
    room = open_for(client, program)
    people = f"{ROOMS}/{room}/participants"
    jonas = f"user:{make_user('agent').public_id}"

    joined = client.post(people, json={"actor": jonas}, headers=program)
    left = client.delete(f"{people}/ext:ada", headers=program)

    assert (joined.status_code, left.status_code) == (404, 404)
    assert "claim" in joined.json["detail"]
    inside = client.get(f"{ROOMS}/{room}", headers=program).json["participants"]
    assert [person["actor"] for person in inside] == ["ext:ada"]


def test_who_comes_and_goes_by_the_api_is_said_in_the_room_as_by_the_page(any_app, client, program):
    room = client.post(ROOMS, json={"kind": "group", "subject": "Kiln"}, headers=program).json["id"]
    ada = f"user:{make_user(name='Ada Novak').public_id}"
    people = f"{ROOMS}/{room}/participants"

    for _ in range(2):
        assert client.post(people, json={"actor": ada}, headers=program).status_code == 200
    assert client.delete(f"{people}/{ada}", headers=program).status_code == 200

    said = client.get(f"{ROOMS}/{room}/messages", headers=program).json["items"]
    assert [line["side"] for line in said] == ["system", "system"]
    assert said[0]["body"].endswith(" invited Ada Novak.")
    assert said[1]["body"].endswith(" took Ada Novak out.")


def test_nobody_whose_account_is_closed_comes_in(any_app, client, program):
    room = client.post(ROOMS, json={"kind": "group", "subject": "Kiln"}, headers=program).json["id"]
    gone = make_user("agent")
    with transaction():
        gone.disabled_at = 1

    asked = {"actor": f"user:{gone.public_id}"}
    answer = client.post(f"{ROOMS}/{room}/participants", json=asked, headers=program)

    assert (answer.status_code, answer.json["code"]) == (404, "unknown_member")
