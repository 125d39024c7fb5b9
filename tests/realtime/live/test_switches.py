"""The switches of the socket layer do what their names say."""

import json
import re
from typing import Any

import pytest

from app.realtime import tokens
from app.realtime.live.message import SMALLEST_DEFLATED_BYTES
from tests.realtime.live.peers import Peer, RawPeer
from tests.realtime.live.servers import ORIGIN, SECRET, LiveServer
from tests.realtime.live.test_access import identity, right
from tests.support.waiting import wait_for

DEFLATE = {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"}


@pytest.mark.parametrize("switch", ["true", "false"])
def test_compression_is_agreed_on_and_used_only_while_it_is_switched_on(
    start_live: Any, send: Any, switch: str
) -> None:
    server = start_live(WEBSOCKET_ENABLE_COMPRESSION=switch)
    peer = RawPeer(server.port, DEFLATE)
    peer.send({"type": "subscribe", "channel": "shop"})
    while b"subscribed" not in peer.next_frame()[2]:
        pass

    send("shop", data={"text": "large " * SMALLEST_DEFLATED_BYTES})

    opcode, is_compressed, payload = peer.next_frame()
    assert (opcode, is_compressed, len(payload) < 1000) == (1, switch == "true", switch == "true")
    assert ("permessage-deflate" in peer.head) is (switch == "true")


def lines(server: LiveServer) -> list[str]:
    records = [json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")]
    messages = [record["message"] for record in records]
    return [message for message in messages if message.startswith(("opened", "closed", "refused"))]


def test_each_socket_has_a_line_when_it_opens_and_one_when_it_closes(start_live: Any) -> None:
    server = start_live()
    token = identity("user:31")
    wanted = right("user:31", "user:31")
    peer = Peer(server.port, "/ws?ticket=&userId=31")
    id = peer.wait("hello")["conn"]
    peer.subscribe(wanted, token=token, lang="en")

    peer.close()

    opened, closed = wait_for(lambda: len(found := lines(server)) == 2 and found, 3, "two lines")
    assert opened == f"opened {id} address 127.0.0.1 user - origin {ORIGIN!r} code - seconds 0.0"
    assert re.fullmatch(
        rf"closed {id} address 127\.0\.0\.1 user user:31 origin '{ORIGIN}' code 1000 seconds \d+\.\d", closed
    )
    log = server.log.read_text()
    assert token not in log and wanted["token"] not in log and "subscribe" not in log


def test_what_a_stranger_sends_forges_no_line(start_live: Any) -> None:
    server = start_live(TRUSTED_PROXIES="1", ALLOWED_ORIGINS=ORIGIN)
    headers = {"X-Forwarded-For": "1.2.3.4\\n{}"}
    RawPeer(server.port, headers).close()

    wait_for(lambda: len(lines(server)) == 2, 3, "two lines")

    assert all(line.count(" user ") == 1 for line in lines(server))


def test_a_socket_that_is_refused_has_one_line_with_the_reason_s_code(start_live: Any) -> None:
    server = start_live(WEBSOCKET_MAX_CLIENTS="1")
    first = Peer(server.port)
    first.wait("hello")
    assert Peer(server.port).wait_closed() == 1013

    (line,) = wait_for(lambda: [line for line in lines(server) if line.startswith("refused")], 3, "the line")

    assert " code 1013 " in line
    assert len(lines(server)) == 2


def test_without_the_switch_there_are_no_lines(start_live: Any, connect_peer: Any) -> None:
    server = start_live(WEBSOCKET_ENABLE_LOGGING="false")
    peer = connect_peer(server)
    peer.subscribe("shop", token=tokens.sign_connection(SECRET, "user:1", "s", 60))
    peer.close()
    other = connect_peer(server)
    other.synchronise()

    assert lines(server) == []
