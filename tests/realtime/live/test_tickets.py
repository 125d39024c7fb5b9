"""Tickets, with which programs open sockets: one use, thirty seconds, nothing that is worth stealing from a log."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.realtime.keys import ticket_key
from app.security.tokens import create_token
from app.security.users import disable_user
from tests.factories import make_user
from tests.realtime.live.peers import Peer
from tests.realtime.live.servers import LiveServer
from tests.security.test_login import csrf_of, sign_in
from tests.support.redis_server import RedisServer
from tests.support.sockets import publisher

URL = "/api/realtime/tickets"
Headers = dict[str, str]


@pytest.fixture
def program(app: Flask) -> Headers:
    return {"Authorization": f"Bearer {create_token('display', ['realtime:listen'])}"}


@pytest.fixture
def agent(app: Flask) -> str:
    """The id of an account that may hear `alerts`."""
    return str(make_user("agent", email="mira@example.test").public_id)


@pytest.fixture
def socket_process(redis: Any, session_redis: RedisServer, start_live: Any) -> LiveServer:
    server: LiveServer = start_live(REDIS_URL=session_redis.url)
    return server


def connect(server: LiveServer, ticket: str, more: str = "") -> Peer:
    peer = Peer(server.port, f"/ws?ticket={ticket}{more}", origin=None)
    peer.wait("hello")
    return peer


def test_a_ticket_opens_a_user_s_private_channels(
    socket_process: LiveServer, client: FlaskClient, program: Headers, agent: str, session_redis: RedisServer
) -> None:
    answer = client.post(URL, json={"userId": agent}, headers=program)

    assert answer.status_code == 201
    assert {f"user:{agent}", "alerts"} <= set(answer.json["channels"])
    peer = connect(socket_process, answer.json["ticket"])
    assert peer.subscribe(f"user:{agent}")[f"user:{agent}"]["mode"] == "event"
    publisher(session_redis)(f"user:{agent}", data={"order": 3})
    assert peer.wait("message")["data"] == {"order": 3}


def test_the_address_in_the_answer_is_ready_to_use(client: FlaskClient, program: Headers) -> None:
    answer = client.post(URL, headers=program).json

    assert answer["url"] == f"ws://localhost:3002/ws?ticket={answer['ticket']}"
    left = datetime.fromisoformat(answer["expiresAt"]) - datetime.now(UTC)
    assert 25 < left.total_seconds() <= 30
    assert answer["channels"] == []


def test_a_ticket_for_nobody_is_the_program_s_own(
    socket_process: LiveServer, client: FlaskClient, program: Headers, agent: str
) -> None:
    peer = connect(socket_process, client.post(URL, headers=program).json["ticket"], "&userId=display")

    answer = peer.subscribe("shop", "alerts", f"user:{agent}")

    assert answer["shop"]["mode"] == "event"
    assert [answer[name] for name in ("alerts", f"user:{agent}")] == [{"error": "forbidden"}] * 2


def test_only_the_channels_that_were_asked_for_are_opened(
    socket_process: LiveServer, client: FlaskClient, program: Headers, agent: str
) -> None:
    body = {"userId": agent, "channels": ["alerts"]}
    peer = connect(socket_process, client.post(URL, json=body, headers=program).json["ticket"])

    answer = peer.subscribe("alerts", f"user:{agent}")

    assert ("mode" in answer["alerts"], answer[f"user:{agent}"]) == (True, {"error": "forbidden"})


def test_a_ticket_that_is_used_late_or_twice_ends_with_a_code_that_nobody_retries(
    socket_process: LiveServer, client: FlaskClient, program: Headers, redis: Any
) -> None:
    used, late = (client.post(URL, headers=program).json["ticket"] for _ in range(2))
    connect(socket_process, used).synchronise()
    assert 25 <= redis.ttl(ticket_key(late)) <= 30
    redis.delete(ticket_key(late))  # as Redis does by itself

    for ticket in (used, late, "invented", "x" * 3000, "%00"):
        peer = connect(socket_process, ticket)
        end = peer.wait("disconnect")
        assert (end["code"], end["reconnect"], peer.wait_closed()) == (4401, False, 4401)


def test_of_many_who_use_one_ticket_one_gets_in(
    socket_process: LiveServer, client: FlaskClient, program: Headers, start_live: Any, session_redis: Any
) -> None:
    second = start_live(REDIS_URL=session_redis.url)
    ticket = client.post(URL, headers=program).json["ticket"]

    peers = [Peer(server.port, f"/ws?ticket={ticket}") for server in (socket_process, second) * 5]

    for peer in peers:
        peer.send({"type": "ping"})
    ends = [next(body for body in follow(peer) if body["type"] in ("pong", "disconnect")) for peer in peers]
    assert sorted(end["type"] for end in ends) == ["disconnect"] * 9 + ["pong"]


def follow(peer: Peer) -> Any:
    while body := peer.next():
        yield body


def test_a_user_in_the_address_must_be_the_ticket_s(
    socket_process: LiveServer, client: FlaskClient, program: Headers, agent: str
) -> None:
    def knock(user: str) -> int | None:
        ticket = client.post(URL, json={"userId": agent}, headers=program).json["ticket"]
        peer = connect(socket_process, ticket, f"&userId={user}")
        peer.send({"type": "ping"})
        return next((body.get("code") for body in follow(peer) if body["type"] != "degraded"), None)

    assert (knock(agent), knock(f"user:{agent}"), knock("somebody")) == (None, None, 4403)


def test_a_fresh_ticket_in_a_frame_prolongs_what_is_open(
    socket_process: LiveServer, client: FlaskClient, program: Headers, agent: str, monkeypatch: Any
) -> None:
    monkeypatch.setattr("app.realtime.pages.TOKEN_LIFETIME_S", 1)
    peer = connect(socket_process, ask(client, program, agent))
    peer.subscribe("alerts")
    monkeypatch.undo()

    peer.send({"type": "renew", "id": 5, "ticket": ask(client, program, agent)})

    renewed = peer.wait("renewed")
    assert (renewed["id"], "alerts" in renewed["channels"]) == (5, True)
    time.sleep(1.1)  # the first token is over
    assert "mode" in peer.subscribe("alerts")["alerts"]
    peer.send({"type": "renew", "ticket": "used"})
    assert peer.wait_closed() == 4401


def ask(client: FlaskClient, program: Headers, user: str) -> str:
    return str(client.post(URL, json={"userId": user}, headers=program).json["ticket"])


def test_a_ticket_is_in_no_log_and_its_name_in_redis_opens_nothing(
    socket_process: LiveServer, client: FlaskClient, program: Headers, agent: str, redis: Any
) -> None:
    ticket = ask(client, program, agent)
    assert not [key for key in redis.keys() if ticket.encode() in key]

    peer = connect(socket_process, ticket)
    peer.subscribe("alerts")
    peer.close()

    assert ticket not in socket_process.log.read_text()


def test_without_redis_there_are_no_tickets_and_the_answer_says_when_to_ask_again(
    client: FlaskClient, make_app: Any, app: Flask
) -> None:
    down = make_app(REDIS_URL="unix:///nowhere/redis.sock")
    with down.app_context():
        headers = {"Authorization": f"Bearer {create_token('elsewhere', ['realtime:listen'])}"}

    answer = down.test_client().post(URL, headers=headers)

    assert (answer.status_code, answer.json["code"]) == (503, "realtime_down")


def test_when_redis_dies_before_the_ticket_is_shown_the_program_may_come_back(
    alone: LiveServer, own_redis: RedisServer
) -> None:
    own_redis.kill()

    assert connect(alone, "any").wait_closed() == 1013


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"userId": "nobody"}, 404, "unknown_user"),
        ({"userId": "user:1"}, 422, "invalid"),
        ({"userId": ["a"]}, 422, "invalid"),
        ({"channels": ["alerts"]}, 403, "forbidden"),
        ({"channels": ["a"] * 21}, 422, "invalid"),
        ({"channels": "alerts"}, 422, "invalid"),
        ({"role": "admin"}, 422, "invalid"),
        ([], 422, "invalid"),
    ],
)
def test_a_mistake_is_named_and_makes_no_ticket(
    client: FlaskClient, program: Headers, redis: Any, body: Any, status: int, code: str
) -> None:
    answer = client.post(URL, json=body, headers=program)

    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert redis.keys("rt:ticket:*") == []


@pytest.mark.parametrize("channel", ["agents", "alerts", "user:another", "visitor:ab", "nope"])
def test_a_program_hears_no_more_than_its_user_may(
    client: FlaskClient, program: Headers, channel: str
) -> None:
    shopper = make_user("shopper", email="ada@example.test").public_id

    answer = client.post(URL, json={"userId": shopper, "channels": [channel]}, headers=program)

    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")


def test_a_disabled_account_gets_no_ticket(client: FlaskClient, program: Headers, agent: str) -> None:
    disable_user("mira@example.test")

    assert client.post(URL, json={"userId": agent}, headers=program).status_code == 404


def test_only_programs_that_may_listen_get_tickets(client: FlaskClient, app: Flask, make_app: Any) -> None:
    reader = {"Authorization": f"Bearer {create_token('reader', ['realtime:read', 'realtime:publish'])}"}
    assert client.post(URL, headers=reader).status_code == 403
    assert client.post(URL).status_code == 401

    make_user("admin", email="boss@example.test")
    sign_in(client, "boss@example.test")
    refused = client.post(URL, json={}, headers={"X-CSRFToken": csrf_of(client, "/")})
    assert (refused.status_code, refused.json["code"]) == (403, "forbidden")
    assert make_app(APP_ENV="demo").test_client().post(URL, json={}).status_code == 201
