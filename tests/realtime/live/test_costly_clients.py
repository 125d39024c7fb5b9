"""Clients that keep to the limits, and ask for what costs most."""

import signal
import time
from collections.abc import Callable
from typing import Any

import gevent
import pytest

from app.realtime.live.hub import Hub
from app.realtime.live.subscriber import ANSWERS_BETWEEN_PAUSES, Subscriber
from tests.realtime.live.conftest import publisher
from tests.realtime.live.peers import Peer, since_offset
from tests.realtime.live.servers import LiveServer
from tests.realtime.live.test_abuse import resident_kb
from tests.support.redis_server import RedisServer


def test_made_up_positions_do_not_fill_the_memory(
    alone: LiveServer, own_redis: RedisServer, connect_peer: Callable[..., Peer]
) -> None:
    send = publisher(own_redis)
    for _ in range(300):
        last = send("shop", data={"text": "x" * 2000})
    peers = [connect_peer(alone) for _ in range(10)]
    peers[0].subscribe(since_offset("shop", last.offset, last.epoch))
    before = resident_kb(alone.worker_pid)

    for number in range(15):
        for index, peer in enumerate(peers):
            peer.subscribe(since_offset("shop", last.offset - 400 - number * 10 - index, "made up"))

    assert resident_kb(alone.worker_pid) - before < 50_000


def test_asking_for_the_same_channels_over_and_over_is_slowed_down(
    live: LiveServer, connect_peer: Callable[..., Peer]
) -> None:
    peer = connect_peer(live)
    ahead = [{"channel": f"stock:{number}", "since": {"version": 2**50}} for number in range(100)]
    answers = [answer for _ in range(8) for answer in peer.subscribe(*ahead).values()]

    assert 390 <= len([answer for answer in answers if "mode" in answer]) <= 560
    assert {"error": "rate_limited"} in answers


def test_tickets_cost_a_redis_that_hangs_no_connection_each(
    alone: LiveServer, own_redis: RedisServer
) -> None:
    Peer(alone.port, "/ws?ticket=the-first").wait_closed()
    before = own_redis.client.info("clients")["connected_clients"]
    assert own_redis.process
    own_redis.process.send_signal(signal.SIGSTOP)
    try:
        guessers = [Peer(alone.port, f"/ws?ticket=guess{number}") for number in range(40)]
        time.sleep(0.3)  # in which each would have connected
    finally:
        own_redis.process.send_signal(signal.SIGCONT)

    assert {peer.wait_closed(10) for peer in guessers} <= {1013, 4401}
    assert own_redis.client.info("clients")["connected_clients"] < before + 10


class Torrent:
    """A connection to Redis that always has another message."""

    def __init__(self) -> None:
        self.read = 0

    def read_response(self, **_: Any) -> list[bytes]:
        self.read += 1
        if self.read > 10 * ANSWERS_BETWEEN_PAUSES:
            raise ConnectionError("the end")
        return [b"message", b"rt:p:stock:A", b"1:e:{}"]


def test_a_torrent_from_redis_lets_sockets_be_read_meanwhile() -> None:
    unused: Any = None
    subscriber = Subscriber(Hub(), unused, unused, unused)
    torrent = subscriber._connection = Torrent()
    other = gevent.spawn(lambda: torrent.read)

    with pytest.raises(ConnectionError):
        subscriber._listen()

    assert other.get(timeout=1) == ANSWERS_BETWEEN_PAUSES
