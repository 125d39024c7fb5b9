"""`POST /api/realtime/websocket` reaches whom it names, in every process, and says how many sockets that were."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.security.tokens import create_token
from tests.realtime.live.peers import Peer
from tests.realtime.live.servers import LiveServer
from tests.realtime.live.test_access import identity, right
from tests.support.redis_server import RedisServer

URL = "/api/realtime/websocket"
DATA = {"type": "order_packed", "payload": {"order": 3}}


@pytest.fixture
def two(redis: Any, session_redis: RedisServer, start_live: Any) -> list[LiveServer]:
    return [start_live(REDIS_URL=session_redis.url) for _ in range(2)]


@pytest.fixture
def program(app: Flask) -> dict[str, str]:
    return {"Authorization": f"Bearer {create_token('tests', ['realtime:publish'])}"}


def listen(server: LiveServer, user: str) -> Peer:
    peer = Peer(server.port)
    peer.subscribe(right(f"user:{user}", f"user:{user}"), "shop", token=identity(f"user:{user}"))
    return peer


def test_a_message_to_a_user_reaches_all_sockets_of_that_user_in_all_processes(
    two: list[LiveServer], client: FlaskClient, program: dict[str, str]
) -> None:
    ada = [listen(server, "ada") for server in (two[0], two[0], two[1])]
    others = [listen(server, "mira") for server in two]

    answer = client.post(URL, json={"type": "send", "data": DATA, "targetUser": "ada"}, headers=program).json

    assert (answer["reached"], answer["processes"], answer["channel"]) == (3, 2, "user:ada")
    assert [peer.wait("message")["data"] for peer in ada] == [{"order": 3}] * 3
    for peer in others:
        peer.synchronise()
        assert not peer.messages("user:ada")


def test_only_processes_that_serve_the_user_are_asked(
    two: list[LiveServer], client: FlaskClient, program: dict[str, str]
) -> None:
    listen(two[1], "ada")

    def send(user: str) -> tuple[int, int]:
        body = {"type": "send", "data": DATA, "targetUser": user}
        answer = client.post(URL, json=body, headers=program).json
        return answer["reached"], answer["processes"]

    assert (send("ada"), send("nobody")) == ((1, 1), (0, 0))


def test_a_broadcast_reaches_every_socket_of_every_process(
    two: list[LiveServer], client: FlaskClient, program: dict[str, str]
) -> None:
    peers = [listen(server, f"u{number}") for server in two for number in range(4)]
    peers[0].close()

    answer = client.post(
        URL, json={"type": "broadcast", "data": DATA, "targetChannel": "shop"}, headers=program
    ).json

    assert (answer["reached"], answer["processes"]) == (7, 2)
    assert all(peer.wait("message")["event"] == "order_packed" for peer in peers[1:])


def test_a_process_that_was_just_killed_counts_for_nothing(
    two: list[LiveServer], client: FlaskClient, program: dict[str, str]
) -> None:
    listen(two[0], "ada")
    survivor = listen(two[1], "ada")
    two[0].kill_worker()

    answer = client.post(URL, json={"type": "send", "data": DATA, "targetUser": "ada"}, headers=program).json

    assert (answer["reached"], answer["processes"]) == (1, 1)
    survivor.wait("message")
