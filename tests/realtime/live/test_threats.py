"""Clients that break the rules again and again, and honest ones that only seem to."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from app.realtime.keys import REVOCATIONS_KEY, THREATS_KEY
from app.realtime.live.hub import Hub
from app.realtime.live.threats import MOST_ADDRESSES, Score, Threats
from app.realtime.tokens import sign_connection
from tests.realtime.live.addresses import ATTACKER, NEIGHBOUR, connect, is_blocked, of
from tests.realtime.live.peers import RawPeer
from tests.realtime.live.servers import SECRET, LiveServer
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for

Attack = Callable[[LiveServer, str], Any]


def send_nonsense(server: LiveServer, address: str) -> int | None:
    peer = connect(server, address)
    for _ in range(20):
        peer.send("{")
    return peer.wait_closed()


def break_the_protocol(server: LiveServer, address: str) -> None:
    for _ in range(5):
        peer = RawPeer(server.port, of(address))
        peer.send_frame(3, b"")
        peer.wait_close_code()


def send_too_much(server: LiveServer, address: str) -> None:
    for _ in range(5):
        peer = RawPeer(server.port, of(address))
        peer.send_frame(1, b"a" * 17000)
        peer.wait_close_code()


def flood(server: LiveServer, address: str) -> None:
    for _ in range(2):
        peer = connect(server, address)
        for _ in range(40):
            peer.send({"type": "ping"})
        assert peer.wait_closed() == 4429


def guess_tickets(server: LiveServer, address: str) -> None:
    for number in range(19):
        assert connect(server, address, f"/ws?ticket=guess{number}").wait_closed() in (4401, 4403)


def come_from_elsewhere(server: LiveServer, address: str) -> None:
    for _ in range(110):
        assert RawPeer(server.port, {**of(address), "Origin": "https://evil.example"}).status == 403


def try_private_channels(server: LiveServer, address: str) -> None:
    for _ in range(6):
        peer = connect(server, address)
        for number in range(20):
            peer.send({"type": "subscribe", "channel": f"user:{number}", "token": "guessed"})
        while peer.next(0.2):
            pass


@pytest.mark.parametrize(
    "attack",
    [
        send_nonsense,
        break_the_protocol,
        send_too_much,
        flood,
        guess_tickets,
        come_from_elsewhere,
        try_private_channels,
    ],
)
def test_who_breaks_the_rules_again_and_again_is_kept_out_with_a_code_that_nobody_retries(
    proxied: LiveServer, attack: Attack
) -> None:
    assert not is_blocked(proxied, ATTACKER)

    attack(proxied, ATTACKER)

    assert is_blocked(proxied, ATTACKER)
    assert not is_blocked(proxied, NEIGHBOUR)


def test_the_socket_that_goes_too_far_is_closed_and_told_why(proxied: LiveServer) -> None:
    assert send_nonsense(proxied, ATTACKER) == 4403

    peer = connect(proxied)
    end = peer.wait("disconnect")

    assert (end["code"], end["reconnect"]) == (4429, False)
    assert "blocked" in end["reason"]


def test_sockets_of_the_same_address_that_did_nothing_wrong_stay(proxied: LiveServer) -> None:
    good, bad = connect(proxied), connect(proxied)
    bad.send("{")
    bad.wait("error")

    send_nonsense(proxied, ATTACKER)

    assert bad.wait_closed() == 4403
    good.synchronise()


def test_a_v6_customer_is_one_however_many_addresses_it_has(proxied: LiveServer) -> None:
    for number in range(5):
        peer = RawPeer(proxied.port, of(f"2001:db8:0:1::{number}"))
        peer.send_frame(3, b"")
        peer.wait_close_code()

    assert is_blocked(proxied, "2001:db8:0:1::ffff")
    assert not is_blocked(proxied, "2001:db8:0:2::1")


def test_every_process_learns_of_a_block_also_one_that_starts_later_or_again(
    proxied: LiveServer, own_redis: RedisServer, start_live: Any
) -> None:
    second = start_live(REDIS_URL=own_redis.url, TRUSTED_PROXIES="1")
    send_nonsense(proxied, ATTACKER)

    wait_for(lambda: is_blocked(second), 2, "the block in the second process")
    third = start_live(REDIS_URL=own_redis.url, TRUSTED_PROXIES="1")
    wait_for(lambda: is_blocked(third), 3, "the block in a new process")
    proxied.kill_worker()
    wait_for(lambda: is_blocked(proxied), 3, "the block in the worker that came after")


def test_a_block_needs_no_redis_and_is_told_once_redis_is_back(
    proxied: LiveServer, own_redis: RedisServer
) -> None:
    own_redis.kill()
    send_nonsense(proxied, ATTACKER)
    assert is_blocked(proxied)

    own_redis.start()
    wait_for(lambda: own_redis.client.xlen(THREATS_KEY) == 1, 10, "the incident")
    own_redis.client.flushall()

    assert is_blocked(proxied)


def test_this_machine_and_who_comes_without_an_address_are_suspected_and_never_blocked(
    own_redis: RedisServer, start_live: Any
) -> None:
    server = start_live(REDIS_URL=own_redis.url)
    for _ in range(12):
        peer = RawPeer(server.port)
        peer.send_frame(3, b"")
        peer.wait_close_code()

    incident = wait_for(lambda: own_redis.client.xrange(THREATS_KEY), 3, "the incident")

    assert [fields[b"blocked"] for _, fields in incident] == [b"0"]
    assert not is_blocked(server, "127.0.0.1")
    assert "suspect 127.0.0.1" in server.log.read_text()


def test_who_the_pages_keep_out_loses_open_sockets_and_whose_account_it_is_not_keeps_theirs(
    proxied: LiveServer, own_redis: RedisServer
) -> None:
    attacker, shopper, neighbour = connect(proxied), connect(proxied), connect(proxied, NEIGHBOUR)
    shopper.subscribe("shop", token=sign_connection(SECRET, "user:ab12", "s1", 600))
    until = f"{time.time() + 900:.3f}"

    own_redis.client.xadd(
        REVOCATIONS_KEY, {"kind": "block", "network": ATTACKER, "until": until, "closes": "1"}
    )

    assert attacker.wait_closed() == 4429
    for kept in (shopper, neighbour):
        kept.send({"type": "ping"})
        assert kept.wait("pong")
    assert is_blocked(proxied)
    own_redis.client.xadd(
        REVOCATIONS_KEY, {"kind": "block", "network": ATTACKER, "until": "0", "closes": "1"}
    )
    wait_for(lambda: not is_blocked(proxied), 5, "the end of the block")


def test_points_fade() -> None:
    score = Score(at=0.0)

    assert score.add("breach", 0.0) == 20
    assert score.add("bad_request", 10.0) == 15
    assert score.add("forbidden", 1000.0) == 1
    assert dict(score.kinds) == {"forbidden": 1}


def test_what_is_remembered_of_addresses_is_bounded() -> None:
    threats = Threats(Hub(), None)  # type: ignore[arg-type]

    for number in range(MOST_ADDRESSES + 500):
        threats.weigh_address(f"v{number}", "forbidden")
        threats.block(f"b{number}", time.time() + 60)

    assert len(threats._scores) == len(threats._noticed) == MOST_ADDRESSES
    assert threats.is_blocked(f"b{MOST_ADDRESSES}") and not threats.is_blocked("b0")


def test_a_block_ends() -> None:
    threats = Threats(Hub(), None)  # type: ignore[arg-type]

    threats.block(ATTACKER, time.time() - 1)

    assert not threats.is_blocked(ATTACKER)
