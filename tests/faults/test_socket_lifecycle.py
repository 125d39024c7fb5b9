"""Processes stop, are replaced or killed, peers vanish, clocks jump: every client is back and complete."""

import contextlib
import json
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.realtime import tokens
from tests.realtime.live.peers import RawPeer
from tests.realtime.live.servers import SECRET, LiveServer
from tests.support.followers import Follower, following, wait_until_subscribed, wait_until_told
from tests.support.redis_server import RedisServer
from tests.support.relay import Relay
from tests.support.sockets import Publish, publisher
from tests.support.waiting import wait_for

BACK_S = 5.0


def health(server: LiveServer) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/health", timeout=5) as answer:
        return dict(json.load(answer))


def resident_mb(server: LiveServer) -> float:
    status = Path(f"/proc/{server.worker_pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


@contextlib.contextmanager
def publishing(send: Publish) -> Any:
    """A message every 50 ms, so that fifteen seconds of them are kept; the list of their offsets."""
    sent: list[int] = []
    is_over = threading.Event()

    def publish() -> None:
        while not is_over.wait(0.05):
            sent.append(send("shop").offset)

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        yield sent
    finally:
        is_over.set()
        thread.join(5)


def break_while_messages_flow(
    live: LiveServer, redis: RedisServer, do: Callable[[list[Follower]], Any]
) -> list[Follower]:
    """Sixty clients before, while and after `do`; all that was published is at all of them, once and in order."""
    send = publisher(redis)
    first = send("shop").offset
    with following(live.port, 60) as followers:
        with publishing(send) as sent:
            wait_for(lambda: len(sent) > 10, what="some messages")
            do(followers)
            wait_until_subscribed(followers, BACK_S)
        wait_until_told(followers, sent[-1], BACK_S)
    assert all(follower.runs == [list(range(first, sent[-1] + 1))] for follower in followers)
    return followers


def test_a_stopped_process_says_so_in_a_spread_and_the_next_one_has_all_back_within_five_seconds(
    alone: LiveServer, own_redis: RedisServer
) -> None:
    def restart(followers: list[Follower]) -> None:
        alone.terminate()
        wait_for(lambda: all(follower.closed_with for follower in followers), 5, "all to be closed")
        assert alone.process and alone.process.wait(10) == 0
        alone.start()

    followers = break_while_messages_flow(alone, own_redis, restart)

    assert all(follower.closed_with == [1012] * len(follower.closed_with) for follower in followers)
    closed_at = [follower.closed_at[0] for follower in followers]
    assert 0.5 < max(closed_at) - min(closed_at) < 2, "spread over the second that it was given"


def test_a_reload_refuses_nobody_and_loses_nothing(alone: LiveServer, own_redis: RedisServer) -> None:
    visitors: list[int] = []

    def reload(followers: list[Follower]) -> None:
        old = alone.worker_pid
        alone.reload()
        while not all(follower.closed_with for follower in followers) or alone.worker_pid == old:
            visitor = RawPeer(alone.port)
            visitors.append(visitor.status)
            visitor.close()

    followers = break_while_messages_flow(alone, own_redis, reload)

    assert len(visitors) > 20 and set(visitors) == {101}
    assert all(follower.closed_with == [1012] * len(follower.closed_with) for follower in followers)
    assert not any(follower.refusals for follower in followers)


def test_a_killed_worker_is_replaced_and_its_clients_are_complete(
    alone: LiveServer, own_redis: RedisServer
) -> None:
    followers = break_while_messages_flow(alone, own_redis, lambda followers: alone.kill_worker())

    assert all(not follower.closed_with and follower.connects >= 2 for follower in followers)


def test_both_ends_notice_a_wire_that_carries_nothing_any_more(
    nervous: LiveServer, shared_redis: RedisServer
) -> None:
    """Nobody hangs up: the server takes two beats, and a client that follows the documented watchdog one and a half."""
    send = publisher(shared_redis)
    first = send("shop").offset
    with (
        contextlib.closing(Relay(nervous.port)) as relay,
        following(relay.port, 10, silence=1.5) as followers,
    ):
        wait_until_told(followers, first)
        time.sleep(2)
        assert all(follower.connects == 1 for follower in followers), "a live wire has no silence"

        relay.swallow()
        last = send("shop").offset
        for follower in followers:
            follower.port = nervous.port
        start = time.monotonic()
        wait_until_told(followers, last, 4)
        assert time.monotonic() - start < 2.5
        assert health(nervous)["connections"] == 20, "the server still holds what its peers have given up"
        wait_for(lambda: health(nervous)["connections"] == 10, 4, "the server to notice")

    assert all(follower.runs == [[first, last]] for follower in followers)


@pytest.mark.parametrize("ahead", [7 * 86400, -7 * 86400])
def test_a_clock_that_jumps_ends_no_right_and_no_socket(
    nervous: LiveServer, shared_redis: RedisServer, connect_peer: Any, ahead: int
) -> None:
    send, peer = publisher(shared_redis), connect_peer(nervous)
    token = tokens.sign_subscription(SECRET, "visitor:clock", "visitor:clock", "", 600)
    answer = peer.subscribe({"channel": "visitor:clock", "token": token}, "shop")
    assert answer["visitor:clock"]["mode"] == "event"

    peer.send({"type": "clock", "ahead": ahead})
    for _ in range(2):  # A beat and two thirds: every check has run.
        peer.wait("ping")
    sent = send("visitor:clock").offset
    peer.wait_offset("visitor:clock", sent)
    peer.wait_offset("shop", send("shop").offset)

    assert {body["type"] for body in peer.received} <= {"hello", "subscribed", "message", "ping", "error"}


@pytest.mark.slow
def test_two_thousand_sockets_that_came_and_went_leave_no_memory_behind(alone: LiveServer) -> None:
    def come_and_go(count: int) -> None:
        for number in range(count):
            peer = RawPeer(alone.port)
            peer.send({"type": "subscribe", "channel": f"order:{number % 50}"})
            if number % 2:
                peer.send_frame(8, b"")
            peer.close()
        wait_for(lambda: health(alone)["connections"] == 0, 10, "all to be gone")

    come_and_go(300)
    before = resident_mb(alone)
    come_and_go(2000)

    assert resident_mb(alone) - before < 5


@pytest.mark.slow
def test_a_thousand_idle_sockets_take_less_than_a_hundred_megabytes(alone: LiveServer) -> None:
    with following(alone.port, 1000):
        assert health(alone)["connections"] == 1000
        assert resident_mb(alone) < 100


def test_a_full_process_answers_pages_and_says_why_it_takes_no_more(
    start_live: Any, connect_peer: Any
) -> None:
    live = start_live(WEBSOCKET_MAX_CLIENTS="20")
    peers = [connect_peer(live) for _ in range(20)]
    refused = [connect_peer(live) for _ in range(50)]

    assert [peer.wait_closed() for peer in refused] == [1013] * 50
    assert refused[0].received[-1]["reason"] == "full" and refused[0].received[-1]["reconnect"]
    for _ in range(20):
        assert health(live)["status"] == "ok"
    for peer in peers:
        peer.synchronise()
    peers.pop().close()
    wait_for(lambda: health(live)["connections"] == 19, 5, "a free seat")
    connect_peer(live).synchronise()
