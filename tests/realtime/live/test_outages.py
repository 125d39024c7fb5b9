"""Losses of Redis: sockets stay, hear of it, and miss nothing."""

import signal
import time
from typing import Any

from tests.realtime.live.conftest import publisher
from tests.realtime.live.servers import LiveServer
from tests.support.redis_server import RedisServer


def test_a_loss_of_redis_is_told_and_nothing_is_lost_over_it(
    alone: LiveServer, own_redis: RedisServer, connect_peer: Any
) -> None:
    send = publisher(own_redis)
    peer = connect_peer(alone)
    first = send("shop")
    send("stock:D1", version=1)
    peer.subscribe("shop", "stock:D1", "stock:D2")

    own_redis.settle()
    own_redis.kill()
    degraded = peer.wait("degraded")
    late = connect_peer(alone)
    assert late.subscribe("shop")["shop"] == {
        "mode": "event",
        "offset": None,
        "recovered": False,
        "missed": 0,
    }
    own_redis.start()
    second = send("shop")
    send("stock:D1", version=2)
    newest = send("stock:D2", version=7)
    peer.wait("restored")
    third = send("shop")
    peer.wait_offset("stock:D2", newest.offset)
    peer.wait_offset("shop", third.offset)

    assert abs(degraded["since"] - time.time() * 1000) < 20_000
    assert late.received[1]["type"] == "degraded" and late.wait("reset")["channels"] == ["shop"]
    assert late.wait("restored")
    assert peer.offsets("shop") == [first.offset + 1, first.offset + 2] == [second.offset, third.offset]
    assert [message["version"] for message in peer.messages("stock:D1") + peer.messages("stock:D2")] == [2, 7]
    assert not [body for body in peer.received if body["type"] == "reset"]


def test_a_redis_that_lost_its_data_makes_the_clients_fetch(
    alone: LiveServer, own_redis: RedisServer, connect_peer: Any
) -> None:
    send = publisher(own_redis)
    peer = connect_peer(alone)
    peer.subscribe("shop", "stock:E1")
    send("shop")
    send("stock:E1", version=1)
    peer.wait("message")
    peer.wait("message")

    own_redis.kill()
    for path in own_redis.folder.glob("appendonlydir/*"):
        path.unlink()
    peer.wait("degraded")
    own_redis.start()
    peer.wait("restored")

    assert sorted(name for body in peer.received if body["type"] == "reset" for name in body["channels"]) == [
        "shop",
        "stock:E1",
    ]
    assert send("shop").offset == peer.wait("message")["offset"]


def test_a_cut_connection_to_redis_heals_without_a_word(
    alone: LiveServer, own_redis: RedisServer, connect_peer: Any
) -> None:
    send = publisher(own_redis)
    peer = connect_peer(alone)
    first = send("shop").offset
    peer.subscribe("shop")

    for _ in range(5):
        peer.wait_offset("shop", send("shop").offset)
        own_redis.client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        peer.wait_offset("shop", send("shop").offset)

    assert peer.offsets("shop") == list(range(first + 1, first + 11))
    assert {body["type"] for body in peer.received} == {"hello", "subscribed", "message"}


def test_a_hanging_redis_is_noticed(alone: LiveServer, own_redis: RedisServer, connect_peer: Any) -> None:
    peer = connect_peer(alone)
    peer.subscribe("shop")
    assert own_redis.process

    own_redis.process.send_signal(signal.SIGSTOP)
    try:
        assert peer.wait("degraded", 10)
    finally:
        own_redis.process.send_signal(signal.SIGCONT)

    assert peer.wait("restored")
