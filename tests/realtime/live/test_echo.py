"""The echo, which suites of others are run against: its bounds, and that no shop has it."""

from pathlib import Path
from typing import Any

import pytest

from app.realtime.live.echo import MOST_SOCKETS
from tests.realtime.live.servers import LiveServer
from tests.realtime.live.wire import BINARY, CLOSE, PING, PONG, TEXT, Answer, Frame, Wire, close_payload
from tests.support.waiting import wait_for


def test_text_and_bytes_come_back_and_nothing_before_them(live: LiveServer) -> None:
    wire = Wire(live.port)

    wire.send(Frame(TEXT, "größer".encode()).encode() + Frame(BINARY, b"\xff\x00").encode())

    assert [wire.next(), wire.next()] == [
        (Answer(TEXT, "größer".encode()), False),
        (Answer(BINARY, b"\xff\x00"), False),
    ]


@pytest.mark.parametrize("environment", ["development", "demo", "production"])
def test_no_other_environment_has_it(start_live: Any, environment: str) -> None:
    server = start_live(APP_ENV=environment, PUBLIC_URL="https://shop.example")

    assert Wire(server.port, headers={"Origin": "http://localhost:3001"}).status == 404
    assert Wire(server.port, headers={"Upgrade": "", "Connection": "close"}).status == 404


def test_there_is_no_limit_of_messages(live: LiveServer) -> None:
    wire = Wire(live.port)

    wire.send(Frame(TEXT, b"x").encode() * 2000)

    assert [wire.next() for _ in range(2000)] == [(Answer(TEXT, b"x"), False)] * 2000


def test_who_sends_without_reading_is_read_no_further(live: LiveServer) -> None:
    wire = Wire(live.port)
    message = Frame(BINARY, b"x" * (1 << 20)).encode()
    wire.socket.settimeout(1)

    with pytest.raises(TimeoutError):
        for _ in range(64):
            wire.socket.sendall(message)
    assert resident_kb(live.worker_pid) < 200_000


def test_a_ping_is_answered_after_the_large_message_before_it(live: LiveServer) -> None:
    wire = Wire(live.port)

    wire.send(Frame(BINARY, b"x" * (4 << 20)).encode() + Frame(PING, b"p").encode())

    assert wire.next() == (Answer(BINARY, b"x" * (4 << 20)), False)
    assert wire.next() == (Answer(PONG, b"p"), False)


def test_one_socket_too_many_is_told_so(start_live: Any) -> None:
    server = start_live()
    wires = [Wire(server.port) for _ in range(MOST_SOCKETS)]
    for wire in wires:
        wire.send(Frame(PING).encode())
        assert wire.next() == (Answer(PONG), False)

    refused = Wire(server.port)

    assert refused.next() == (Answer(CLOSE, close_payload(1013, b"full")), False)
    wires.pop().close()
    wait_for(lambda: answers(Wire(server.port)), 5, "a free place")


def test_a_quiet_socket_is_closed(start_live: Any) -> None:
    server = start_live(ECHO_IDLE_SECONDS="1")
    wire = Wire(server.port)

    assert wire.next() == (Answer(CLOSE, close_payload(1000, b"idle")), False)
    assert wire.next() is None


def answers(wire: Wire) -> bool:
    wire.send(Frame(PING).encode())
    answer = wire.next()
    wire.close()
    return answer == (Answer(PONG), False)


def resident_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
