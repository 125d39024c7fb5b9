"""Clients that only seem to be a threat, many of them behind one address."""

import socket
import struct
import time
from collections.abc import Callable

import pytest

from tests.realtime.live.addresses import ATTACKER as OFFICE
from tests.realtime.live.addresses import connect, is_blocked, of
from tests.realtime.live.peers import RawPeer
from tests.realtime.live.servers import LiveServer
from tests.realtime.live.test_access import identity, right
from tests.support.waiting import wait_for


def test_an_office_that_wakes_up_with_old_tokens_is_not_blocked(proxied: LiveServer) -> None:
    old = {"token": identity("user:7", lifetime_s=-60)}
    office = [connect(proxied) for _ in range(60)]
    for peer in office:
        peer.subscribe(right("user:7", "user:7", lifetime_s=-60), {"channel": "alerts"}, "shop", **old)
        peer.subscribe(right("user:7", "user:7", lifetime_s=-60), {"channel": "alerts"}, **old)

    assert not is_blocked(proxied)
    for peer in office:
        peer.synchronise()


def test_pages_whose_tokens_a_new_secret_ended_are_not_blocked(proxied: LiveServer) -> None:
    old = "the secret of before, that is long enough"
    for number in range(120):
        peer = connect(proxied, path="/ws?userId=7")
        wanted = right("user:7", "user:7", secret=old)
        assert peer.subscribe(wanted, "shop")["user:7"] == {"error": "forbidden"}, number
        peer.close()

    assert not is_blocked(proxied)


def test_a_page_that_speaks_a_newer_protocol_is_not_blocked(proxied: LiveServer) -> None:
    for _ in range(120):
        peer = connect(proxied)
        peer.send({"type": "whistle"})
        assert peer.wait("error")["code"] == "unknown_type"
        peer.close()

    assert not is_blocked(proxied)


def test_a_flaky_network_is_no_threat(proxied: LiveServer) -> None:
    for _ in range(150):
        peer = RawPeer(proxied.port, of(OFFICE))
        peer.socket.sendall(b"\x81\xfe\x10\x00\0\0\0\0half a fra")
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()

    assert not is_blocked(proxied)


@pytest.mark.slow
def test_who_comes_back_by_another_network_waits_seconds_for_the_seats_of_dead_sockets(
    start_live: Callable[..., LiveServer],
) -> None:
    server = start_live(TRUSTED_PROXIES="1", WEBSOCKET_MAX_PER_USER="3", WEBSOCKET_MAX_PER_IP="3")
    hello = {"type": "subscribe", "channel": "stock:H1", "token": identity("user:1")}
    laptop = [RawPeer(server.port, of(OFFICE)) for _ in range(3)]  # which answer no ping
    for dead in laptop:
        dead.send(hello)
    alive = connect(server, "203.0.113.50")
    alive.subscribe("stock:H1", token=identity("user:2"))
    begun = time.monotonic()

    def is_in(address: str) -> bool:
        peer = connect(server, address)
        peer.send(hello)
        while (body := peer.next(3)) and body["type"] not in ("subscribed", "error", "disconnect"):
            pass
        return body is not None and body["type"] == "subscribed"

    assert not is_in("203.0.113.60") and not is_in(OFFICE)
    wait_for(lambda: is_in("203.0.113.60"), 12, "a seat of the user")
    wait_for(lambda: is_in(OFFICE), 5, "a seat of the address")

    assert time.monotonic() - begun < 12
    alive.synchronise()


def test_a_program_with_a_small_bug_is_not_blocked(proxied: LiveServer) -> None:
    peer = connect(proxied)
    for _ in range(10):
        peer.send('{"type":"subscribe","channels":{}}')
        peer.wait("error")

    peer.synchronise()
    assert not is_blocked(proxied)
