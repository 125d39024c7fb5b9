"""Typing between programs: said seldom, told by name, and over when nothing more is heard."""

import time
from typing import Any

import pytest

from tests.realtime.client.conftest import Program
from tests.realtime.client.test_in_node import Run
from tests.realtime.live.peers import Peer
from tests.realtime.live.servers import LiveServer
from tests.realtime.live.test_access import identity, right
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for

ROOM = "room:" + "4f" * 16


def run_in_room(run_program: Run, server: LiveServer, subject: str) -> Program:
    program = run_program(
        f"ws://127.0.0.1:{server.port}/ws",
        {ROOM: None},
        token=identity(subject),
        tokens={ROOM: right(ROOM, subject)["token"]},
    )
    program.wait_until_live()
    return program


def typists(program: Program) -> list[list[str]]:
    return [said["typing"]["subjects"] for said in program.said if "typing" in said]


def states(peer: Peer) -> list[str]:
    return [body["state"] for body in peer.received if body["type"] == "typing"]


@pytest.fixture
def peer(alone: LiveServer) -> Peer:
    peer = Peer(alone.port)
    peer.subscribe(right(ROOM, "user:1"), token=identity("user:1"))
    return peer


def test_who_types_is_shown_to_the_other_until_it_is_sent(alone: LiveServer, run_program: Run) -> None:
    shopper, agent = (run_in_room(run_program, alone, name) for name in ("visitor:ab", "user:1"))

    for _ in range(5):
        shopper.order(f"type {ROOM}")

    wait_for(lambda: typists(agent) == [["visitor:ab"]], 5, "the typist")
    shopper.order(f"clear {ROOM}")
    wait_for(lambda: typists(agent) == [["visitor:ab"], []], 5, "the end")
    assert typists(shopper) == []


@pytest.mark.slow
def test_who_types_on_is_said_again_and_who_stops_is_gone_after_four_seconds(
    alone: LiveServer, run_program: Run, peer: Peer
) -> None:
    shopper = run_in_room(run_program, alone, "visitor:ab")
    begun = time.monotonic()

    def type_for(seconds: float) -> bool:
        shopper.order(f"type {ROOM}")
        peer.next(0.3)
        return time.monotonic() - begun > seconds

    wait_for(lambda: type_for(3.6), 6, "a while of typing")
    while "stop" not in states(peer):
        peer.wait("typing", 6)

    assert states(peer) == ["start", "start", "stop"]
    assert time.monotonic() - begun > 7


@pytest.mark.slow
def test_a_typist_of_whom_nothing_more_is_heard_is_forgotten_after_seven_seconds(
    alone: LiveServer, run_program: Run, peer: Peer
) -> None:
    shopper = run_in_room(run_program, alone, "visitor:ab")
    peer.send({"type": "typing", "channel": ROOM, "state": "start"})
    wait_for(lambda: typists(shopper) == [["user:1"]], 5, "the typist")
    peer.close()
    begun = time.monotonic()

    wait_for(lambda: typists(shopper)[-1] == [], 10, "the end")

    assert time.monotonic() - begun > 6


def test_who_leaves_the_room_while_typing_says_so_first(
    alone: LiveServer, run_program: Run, peer: Peer
) -> None:
    shopper = run_in_room(run_program, alone, "visitor:ab")
    shopper.order(f"type {ROOM}")
    peer.wait("typing")

    shopper.order(f"drop {ROOM}")

    peer.wait("typing", 2)
    assert states(peer) == ["start", "stop"]


def test_to_a_server_that_knows_no_typing_nothing_is_said(
    own_redis: RedisServer, start_live: Any, run_program: Run
) -> None:
    silent = start_live(REDIS_URL=own_redis.url, CHAT_ENABLE_TYPING_INDICATORS="false")
    shopper = run_in_room(run_program, silent, "visitor:ab")

    shopper.order(f"type {ROOM}")
    shopper.order("hang up")

    def counts() -> list[int]:
        (key,) = own_redis.client.keys("rt:live:*")
        return [int(value or 0) for value in own_redis.client.hmget(key, "messages_in", "typing_in")]

    wait_for(lambda: counts()[0] == 2, 10, "the program to be back")
    assert counts() == [2, 0]
