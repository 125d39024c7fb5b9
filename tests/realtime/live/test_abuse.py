"""Clients that break the rules, by mistake or on purpose."""

import json
import os
import zlib

import pytest

from tests.realtime.live.peers import Peer, RawPeer
from tests.realtime.live.servers import LiveServer
from tests.support.waiting import wait_for

DEFLATE = {"Sec-WebSocket-Extensions": "permessage-deflate"}


@pytest.mark.parametrize(
    "frame, code",
    [
        ("{", "bad_request"),
        ("[]", "bad_request"),
        ("null", "bad_request"),
        ("[" * 15000, "bad_request"),
        ('{"a":' * 3000, "bad_request"),
        ('{"type":"ping","id":NaN}', "bad_request"),
        ('{"type":"ping","id":Infinity}', "bad_request"),
        ('{"type":"ping","id":' + "9" * 5000 + "}", "bad_request"),
        ('{"type":"ping","id":[1]}', "bad_request"),
        ('{"type":"ping","id":true}', "bad_request"),
        ('{"type":"nothing"}', "unknown_type"),
        ('{"type":["ping"]}', "unknown_type"),
        ('{"type":"__proto__"}', "unknown_type"),
        ('{"type":"ping"}{"type":"ping"}', "bad_request"),
        ('{"type":"ping",}', "bad_request"),
        ("{'type':'ping'}", "bad_request"),
        ('\ufeff{"type":"ping"}', "bad_request"),
        ('{"type":"ping","id":-Infinity}', "bad_request"),
        ('{"type":"ping","id":1e400}', "bad_request"),
        ('{"type":"ping","id":"' + "x" * 65 + '"}', "bad_request"),
        ('{"type":"renew"}', "bad_request"),
        ('{"type":"renew","ticket":7}', "bad_request"),
        ('{"type":"renew","ticket":"' + "x" * 129 + '"}', "bad_request"),
        ('{"type":"whistle"}', "unknown_type"),
        ("{}", "unknown_type"),
        ('{"type":"subscribe"}', "bad_request"),
        ('{"type":"subscribe","channels":{}}', "bad_request"),
        ('{"type":"subscribe","channels":[]}', "bad_request"),
        ('{"type":"subscribe","channels":[1]}', "bad_request"),
        ('{"type":"subscribe","channel":7}', "bad_request"),
        ('{"type":"subscribe","channel":"' + "x" * 200 + '"}', "bad_request"),
        ('{"type":"subscribe","channel":"shop","since":4}', "bad_request"),
        ('{"type":"subscribe","channel":"shop","since":{"offset":-1,"epoch":"a"}}', "bad_request"),
        ('{"type":"subscribe","channel":"shop","since":{"offset":1e3,"epoch":"a"}}', "bad_request"),
        ('{"type":"subscribe","channel":"shop","since":{"version":true}}', "bad_request"),
        ('{"type":"subscribe","channel":"shop","token":{}}', "bad_request"),
        ('{"type":"subscribe","channel":"shop","lang":"../../x"}', "bad_request"),
    ],
)
def test_a_frame_that_makes_no_sense_gets_an_error_and_the_socket_lives(
    live: LiveServer, frame: str, code: str
) -> None:
    peer = Peer(live.port)

    peer.send(frame)

    assert peer.wait("error")["code"] == code
    peer.synchronise()


@pytest.mark.parametrize(
    "frame",
    [
        '{"type":"ping","type":"ping","id":1,"id":2}',
        '{"type":"ping","__proto__":{"a":1},"constructor":null}',
        '{"type":"ping","id":"\\ud800"}',
        '{"type":"nothing","type":"ping"}',
        '{"type":"subscribe","channel":"shop","channel":"user:7"}',
        '{"type":"ping","a":' + "[" * 900 + "]" * 900 + "}",
        '{"type":"subscribe","channel":"stock:A","__proto__":{"token":"x"},"constructor":{"prototype":1}}',
        '{"type":"subscribe","channel":"stock:\\u0000"}',
        '{"type":"subscribe","channel":"stock:A\\n"}',
    ],
)
def test_odd_frames_are_answered(peer: Peer, frame: str) -> None:
    peer.send(frame)

    answer = peer.next()

    assert answer and answer["type"] in ("pong", "subscribed")
    peer.synchronise()


def test_a_binary_frame_is_an_error(peer: Peer) -> None:
    peer.socket.send_binary(b"\x00\xff")

    assert peer.wait("error")["code"] == "bad_request"
    peer.synchronise()


def test_a_message_may_have_16384_bytes_and_not_one_more(live: LiveServer) -> None:
    peer = Peer(live.port)
    largest = json.dumps({"type": "ping", "id": 1}).ljust(16384)

    peer.send(largest)
    assert peer.wait("pong")["id"] == 1
    peer.send(largest + " ")

    assert peer.wait_closed() == 1009


@pytest.mark.parametrize("announced", [b"\xff" * 20000, "é".encode() * 9000])
def test_size_counts_in_bytes_and_before_the_whole_message_is_there(
    live: LiveServer, announced: bytes
) -> None:
    peer = RawPeer(live.port)

    peer.send_frame(1, b'"' + announced if announced[0] != 0xFF else b"a" * 17000, fin=announced[0] != 0xFF)

    assert peer.wait_close_code() == 1009


@pytest.mark.parametrize(
    "opcode, payload, code", [(1, b"\xff\xfe", 1007), (3, b"", 1002), (1, b"x" * 16385, 1009)]
)
def test_a_breach_of_the_protocol_gets_the_close_frame_and_nothing_before_it(
    live: LiveServer, opcode: int, payload: bytes, code: int
) -> None:
    peer = RawPeer(live.port)
    assert json.loads(peer.next_frame()[2])["type"] == "hello"

    peer.send_frame(opcode, payload)

    assert peer.next_frame()[2][:2] == code.to_bytes(2)
    with pytest.raises(ConnectionError):
        peer.next_frame()


def test_fragments_with_a_ping_between_make_one_message(live: LiveServer) -> None:
    peer = RawPeer(live.port)
    peer.next_frame()

    peer.send_frame(1, b'{"type":"pi', fin=False)
    peer.send_frame(9, b"between")
    peer.send_frame(0, b'ng","id":6}')

    assert peer.next_frame() == (10, False, b"between")
    assert json.loads(peer.next_frame()[2])["id"] == 6


def test_a_deflate_bomb_is_stopped_while_it_inflates(live: LiveServer) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = b"".join(packer.compress(b"a" * 1_000_000) for _ in range(200)) + packer.flush(zlib.Z_SYNC_FLUSH)
    before = resident_kb(live.worker_pid)
    peer = RawPeer(live.port, DEFLATE)

    try:
        peer.send_frame(1, bomb[:-4], rsv1=True)
    except ConnectionError:
        pass  # It was cut before it had sent all.

    assert peer.wait_close_code() == 1009
    assert resident_kb(live.worker_pid) - before < 10_000


def test_too_many_messages_are_refused_three_times_and_then_it_is_over(live: LiveServer) -> None:
    peer = Peer(live.port)

    for _ in range(60):
        peer.send({"type": "ping"})

    assert peer.wait_closed() == 4429
    kinds = [body["type"] for body in peer.received]
    assert 20 <= kinds.count("pong") <= 22
    assert [body["code"] for body in peer.received if body["type"] == "error"] == ["rate_limited"] * 3
    assert peer.received[-1]["reconnect"] is False


@pytest.mark.parametrize("opcode", [0, 9, 10])
def test_control_frames_and_empty_fragments_are_not_free(live: LiveServer, opcode: int) -> None:
    peer = RawPeer(live.port)
    if opcode == 0:
        peer.send_frame(1, b"", fin=False)

    for _ in range(100):
        peer.send_frame(opcode, b"", fin=opcode != 0)

    assert peer.wait_close_code() == 4429


def test_a_handler_with_a_bug_closes_with_1011_and_no_http(live: LiveServer) -> None:
    peer, other = RawPeer(live.port), Peer(live.port)

    peer.send({"type": "ping", "id": "boom"})

    while (frame := peer.next_frame())[0] != 8:
        assert json.loads(frame[2])["type"] in ("hello", "disconnect")
    assert frame[2][:2] == (1011).to_bytes(2)
    assert peer.buffer == b""
    with pytest.raises(ConnectionError):
        peer.next_frame()
    assert peer.buffer == b""
    other.synchronise()


def test_a_closed_socket_is_answered_with_the_same_code_and_forgotten(live: LiveServer) -> None:
    peer = RawPeer(live.port)

    peer.send_frame(8, (1000).to_bytes(2) + b"bye")

    assert peer.wait_close_code() == 1000
    with pytest.raises(ConnectionError):
        peer.next_frame()


def test_a_reset_connection_leaves_nothing_behind(live: LiveServer) -> None:
    before = open_files(live.worker_pid)
    for _ in range(40):
        peer = RawPeer(live.port)
        peer.send({"type": "subscribe", "channel": "stock:RESET"})
        peer.close()

    wait_for(lambda: open_files(live.worker_pid) < before + 10, 20, "closed files")


def resident_kb(pid: int) -> int:
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def open_files(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))
