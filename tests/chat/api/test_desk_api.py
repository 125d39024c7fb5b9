"""The desk over the API: agents, the queue, who has what, ratings, transcripts and figures."""

import io

import pytest

from app.chat.console import canned
from app.chat.desk import agents
from app.chat.models import Department
from app.core.database import db, read_now, transaction
from tests.chat.api.calling import URL, headers_of, open_for, say
from tests.chat.talking import INES
from tests.factories import make_user
from tests.inventory.stock_pages import client_of, csrf_of
from tests.security.test_login import sign_in

HOUR_MS = 3_600_000


@pytest.fixture
def program(app):
    return headers_of()


def make_agent(name="Mira", **columns):
    """The subject of an agent who is there."""
    with transaction():
        agent = agents.enrol_agent(make_user("agent", name=name))
        agent.chosen_status, agent.lease_until = "online", read_now() + HOUR_MS
        for column, value in columns.items():
            setattr(agent, column, value)
        return agent.agent


def post(client, program, room, what, **body):
    return client.post(f"{URL}/rooms/{room}/{what}", json=body, headers=program)


def test_agents_are_listed_and_changed(any_app, client):
    program, mira = headers_of(), make_agent()
    with transaction():
        db.session.add(Department(id=3, name="Glazes"))

    change = {"capacity": 6, "departments": [3], "status": "away"}
    changed = client.patch(f"{URL}/agents/{mira}", json=change, headers=program)
    listed = client.get(f"{URL}/agents", headers=program)

    assert changed.status_code == 200
    assert changed.json == listed.json["items"][0]
    assert (changed.json["capacity"], changed.json["departments"], changed.json["presence"]) == (
        6,
        [3],
        "away",
    )
    assert client.patch(f"{URL}/agents/user:nobody", json=change, headers=program).status_code == 404
    wrong = client.patch(f"{URL}/agents/{mira}", json={"capacity": -1}, headers=program)
    assert wrong.status_code == 422


def test_agents_change_themselves_and_nobody_else(app):
    user, other = make_user("agent", email="mira@example.com"), make_agent("Jonas")
    with transaction():
        own = agents.enrol_agent(user).agent
    client = app.test_client()
    sign_in(client, "mira@example.com")
    headers = {"X-CSRFToken": csrf_of(client, "/staff/inventory")}

    def patch(agent, **change):
        return client.patch(f"{URL}/agents/{agent}", json=change, headers=headers).status_code

    assert patch(own, status="away") == 200
    assert patch(other, status="away") == 403
    assert patch(own, departments=[]) == 403


def test_a_conversation_goes_through_the_desk(any_app, client):
    program, mira, jonas = (
        headers_of(),
        make_agent(capacity=1, open_count=1),
        make_agent("Jonas", chosen_status="away"),
    )
    room = open_for(client, program)

    waiting = client.get(f"{URL}/queue", headers=program).json["items"]
    assert [each["room"] for each in waiting] == [room]
    assert post(client, program, room, "claim").status_code == 422
    claimed = post(client, program, room, "claim", agent=mira)
    assert (claimed.json["status"], claimed.json["assignee"]) == ("assigned", mira)
    assert client.get(f"{URL}/queue", headers=program).json["items"] == []
    with transaction():
        agents.set_status(jonas, "online")
    moved = post(client, program, room, "transfer", agent=jonas, note="Knows the glaze")
    assert (moved.status_code, moved.json["assignee"]) == (200, jonas)
    assert post(client, program, room, "transfer", agent=mira, departmentId=1, note="x").status_code == 422
    assert post(client, program, room, "transfer", agent=mira).status_code == 422
    resolved = post(client, program, room, "resolve")
    assert (resolved.json["status"], post(client, program, room, "resolve").status_code) == ("resolved", 200)


def test_an_illegal_move_says_what_the_state_is(app, client, program):
    room = open_for(client, program)
    post(client, program, room, "resolve")

    answer = post(client, program, room, "hold", event="restock:CUP")

    assert answer.status_code in (409, 422)


def test_shoppers_do_not_run_the_desk(app, client, program):
    shopper = client_of(app, "shopper")
    headers = {"X-CSRFToken": csrf_of(shopper, "/orders")}
    room = shopper.post(f"{URL}/rooms", json={}, headers=headers).json["id"]

    for what in ("claim", "resolve"):
        assert shopper.post(f"{URL}/rooms/{room}/{what}", json={}, headers=headers).status_code == 403
    for path in ("agents", "queue", "canned", "analytics"):
        assert shopper.get(f"{URL}/{path}").status_code == 403
        assert app.test_client().get(f"{URL}/{path}").status_code == 401
    assert shopper.get(f"{URL}/rooms/{room}/transcript?notes=1").status_code == 403


def test_the_shopper_ends_and_rates_it(app, client, program):
    room = open_for(client, program)
    assert post(client, program, room, "rating", score=5, ownerId="ada").status_code == 409
    assert post(client, program, room, "end").status_code == 403
    post(client, program, room, "resolve")

    rated = post(client, program, room, "rating", score=5, comment="Fine", ownerId="ada")

    assert rated.json == {"room": room, "score": 5, "comment": "Fine"}
    assert post(client, program, room, "rating", score=5, ownerId="kim").status_code == 422
    assert post(client, program, room, "rating", score=6, ownerId="ada").status_code == 422
    assert post(client, program, room, "rating", score=5).status_code == 403


def test_a_transcript_has_notes_only_when_asked_for(app, client, program):
    room = open_for(client, program)
    say(client, program, room, "A difficult one", stream="i")

    plain = client.get(f"{URL}/rooms/{room}/transcript", headers=program).json
    noted = client.get(f"{URL}/rooms/{room}/transcript?notes=1", headers=program).json

    assert not any("difficult" in line for line in plain["lines"])
    assert any("difficult" in line for line in noted["lines"])


def test_figures_are_those_of_the_page(app, client, program):
    room = open_for(client, program)
    post(client, program, room, "resolve")

    told = client.get(f"{URL}/analytics?days=7&kind=support", headers=program).json

    assert told["whole"]["conversations"] == 1
    assert told["whole"]["durations"]["session"]["n"] == 1
    assert sum(told["hours"]) == sum(told["whole"]["messages"].values()) > 0
    assert len(told["days"]) == 7
    for query in ("days=0", "days=367", "days=x", "kind=nonsense"):
        assert client.get(f"{URL}/analytics?{query}", headers=program).status_code == 422


def test_canned_replies_are_listed(app, client, program):
    with transaction():
        canned.add_canned("hello", "Hello there", INES)

    items = client.get(f"{URL}/canned", headers=program).json["items"]

    assert [(each["shortcut"], each["body"]) for each in items] == [("hello", "Hello there")]


def test_a_file_is_sent_once_and_found(app, client, program):
    room = open_for(client, program)

    def send(body=b"Glaze notes"):
        data = {"clientId": "file-0001", "file": (io.BytesIO(body), "notes.txt", "text/plain")}
        return client.post(f"{URL}/rooms/{room}/files", data=data, headers=program)

    first, again, other = send(), send(), send(b"Other notes")

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert (first.json["kind"], again.json["duplicate"]) == ("file", True)
    link = client.get(f"{URL}/files/{first.json['file']['id']}", headers=program)
    assert link.json["name"] == "notes.txt"
    assert link.json["path"] is None or link.json["state"] == "clean"
    assert app.test_client().get(f"{URL}/files/{first.json['file']['id']}").status_code == 404
    refused = {"clientId": "file-0002", "file": (io.BytesIO(b"<svg>"), "a.svg", "image/svg+xml")}
    assert client.post(f"{URL}/rooms/{room}/files", data=refused, headers=program).status_code == 415


@pytest.mark.parametrize("department", [2**63, 2**31, 0, -1])
def test_a_department_that_no_row_can_have_is_a_mistake_and_no_bug(app, client, program, department):
    room, agent = open_for(client, program), make_agent()

    answers = [
        client.patch(f"{URL}/agents/{agent}", json={"departments": [department]}, headers=program),
        post(client, program, room, "transfer", departmentId=department, note="There"),
        client.post(f"{URL}/rooms", json={"ownerId": "b", "departmentId": department}, headers=program),
    ]

    assert [answer.status_code for answer in answers] == [422, 422, 422]
