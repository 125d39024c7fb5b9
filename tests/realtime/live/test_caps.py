"""How much one address, one user and one socket may have, and that it is counted right."""

import time
from typing import Any

import pytest

from tests.realtime.live.addresses import ATTACKER as OFFICE
from tests.realtime.live.addresses import NEIGHBOUR, connect
from tests.realtime.live.peers import Peer, RawPeer
from tests.realtime.live.servers import LiveServer
from tests.realtime.live.test_access import identity
from tests.support.waiting import wait_for


def is_open(peer: Peer) -> bool:
    peer.send({"type": "ping"})
    while (body := peer.next(3)) and body["type"] not in ("pong", "disconnect"):
        pass
    return body is not None and body["type"] == "pong"


@pytest.fixture
def small(start_live: Any) -> LiveServer:
    server: LiveServer = start_live(
        TRUSTED_PROXIES="1", WEBSOCKET_MAX_PER_IP="20", WEBSOCKET_MAX_PER_USER="3", WEBSOCKET_MAX_CLIENTS="30"
    )
    return server


def test_the_socket_after_the_last_of_an_address_is_told_to_come_back_later(small: LiveServer) -> None:
    office = [connect(small, OFFICE) for _ in range(20)]

    refused = connect(small, OFFICE)

    end = refused.wait("disconnect")
    assert (end["code"], end["reconnect"]) == (1013, True)
    assert "address" in end["reason"]
    assert is_open(connect(small, NEIGHBOUR))
    office[0].close()
    wait_for(lambda: is_open(connect(small, OFFICE)), 3, "the free seat")


def test_sockets_that_are_refused_take_nobody_s_seat(small: LiveServer) -> None:
    for _ in range(20):
        connect(small, OFFICE)
    for _ in range(40):
        connect(small, OFFICE).wait("disconnect")

    others = [connect(small, NEIGHBOUR) for _ in range(10)]

    assert all(is_open(peer) for peer in others)
    assert connect(small, "203.0.113.77").wait("disconnect")["reason"] == "full"


def test_the_socket_after_the_last_of_a_user_is_told_to_come_back_later(small: LiveServer) -> None:
    tabs = [connect(small, f"203.0.113.{number}") for number in range(3)]
    for tab in tabs:
        tab.subscribe("stock:C1", token=identity("user:1"))

    one_more = connect(small, NEIGHBOUR)
    one_more.send({"type": "subscribe", "channel": "stock:C1", "token": identity("user:1")})

    assert one_more.wait("error")["code"] == "too_many"
    assert one_more.wait_closed() == 1013
    tabs[0].close()
    wait_for(lambda: is_welcome(small, "user:1"), 3, "the free place")


def is_welcome(server: LiveServer, subject: str) -> bool:
    peer = connect(server, NEIGHBOUR)
    peer.send({"type": "subscribe", "channel": "stock:C1", "token": identity(subject)})
    return is_open(peer)


def test_all_seats_are_free_right_after_a_worker_was_killed(small: LiveServer) -> None:
    for _ in range(20):
        connect(small, OFFICE)

    small.kill_worker()

    assert all(is_open(peer) for peer in [connect(small, OFFICE) for _ in range(20)])
    assert not is_open(connect(small, OFFICE))


def test_a_socket_has_200_channels_and_not_one_more(live: LiveServer) -> None:
    peer = Peer(live.port)
    for start in (0, 100):
        answer = peer.subscribe(*[f"stock:C{number}" for number in range(start, start + 100)])
        assert all("mode" in channel for channel in answer.values())

    assert peer.subscribe("stock:C200", "stock:C7")["stock:C200"] == {"error": "too_many"}
    peer.send({"type": "unsubscribe", "channel": "stock:C7"})
    peer.wait("unsubscribed")
    assert "mode" in peer.subscribe("stock:C200")["stock:C200"]


def test_who_takes_new_channels_without_end_is_slowed_down_and_keeps_what_it_has(
    live: LiveServer, send: Any
) -> None:
    peer = Peer(live.port)
    peer.subscribe("stock:KEPT")
    taken = []
    for turn in range(6):
        names = [f"stock:T{turn}-{number}" for number in range(100)]
        taken += peer.subscribe(*names).values()
        peer.send({"type": "unsubscribe", "channels": names})
        peer.wait("unsubscribed")

    assert 390 <= len([answer for answer in taken if "mode" in answer]) <= 560
    assert {"error": "rate_limited"} in taken
    send("stock:KEPT", version=1)
    assert peer.wait("message")["channel"] == "stock:KEPT"


def test_a_socket_is_in_20_presence_channels_and_not_in_one_more(peer: Peer) -> None:
    answer = peer.subscribe(*[f"viewers:{number}" for number in range(21)], "stock:C1")

    assert answer.pop("viewers:20") == {"error": "too_many"}
    assert all("mode" in channel for channel in answer.values())
    assert "mode" in peer.subscribe("viewers:7")["viewers:7"]


def test_the_same_channel_over_and_over_leaves_one_subscription(live: LiveServer, send: Any) -> None:
    peer = Peer(live.port)
    for _ in range(9):
        peer.subscribe("shop")
        peer.send({"type": "unsubscribe", "channel": "shop"})
        peer.wait("unsubscribed")
    peer.subscribe("shop")

    offset = send("shop").offset
    peer.wait_offset("shop", offset)
    time.sleep(1)  # the bucket
    peer.synchronise()

    assert peer.offsets("shop").count(offset) == 1


def test_an_address_that_no_proxy_named_has_no_limit_of_its_own_on_this_machine(start_live: Any) -> None:
    server = start_live(WEBSOCKET_MAX_PER_IP="2")

    assert all(is_open(peer) for peer in [Peer(server.port) for _ in range(5)])


def test_a_forwarded_address_counts_for_nothing_without_a_trusted_proxy(start_live: Any) -> None:
    server = start_live(APP_ENV="production", WEBSOCKET_MAX_PER_IP="2", PUBLIC_URL="http://localhost:3001")

    peers = [RawPeer(server.port, {"X-Forwarded-For": f"203.0.113.{number}"}) for number in range(3)]

    assert peers[2].wait_close_code() == 1013


def test_no_more_sockets_than_there_are_seats(start_live: Any, connect_peer: Any) -> None:
    server = start_live(WEBSOCKET_MAX_CLIENTS="3", WEBSOCKET_MAX_PER_USER="1")
    first, second, third = (connect_peer(server) for _ in range(3))

    assert connect_peer(server).wait_closed() == 1013
    first.subscribe("stock:L1", token=identity("user:1"))
    second.send({"type": "subscribe", "channel": "stock:L1", "token": identity("user:1")})
    assert second.wait("error")["code"] == "too_many"
    assert second.wait_closed() == 1013
    third.synchronise()


def test_addresses_behind_a_proxy_have_their_own_seats(start_live: Any) -> None:
    server = start_live(WEBSOCKET_MAX_PER_IP="2", TRUSTED_PROXIES="1")

    def connect(address: str) -> Peer:
        peer = Peer(server.port, header={"X-Forwarded-For": f"6.6.6.6, {address}"})
        peer.wait("hello")
        return peer

    first, second, third, other = (
        connect(address) for address in ("10.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.2")
    )

    assert third.wait_closed() == 1013
    for peer in (first, second, other):
        peer.synchronise()
        peer.close()
