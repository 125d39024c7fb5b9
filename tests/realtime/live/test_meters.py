"""What a socket process counts, as it arrives in the API's document and in Prometheus' text."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from app.core import metrics
from app.core.redis import Breaker
from app.realtime.exposition import SocketCollector
from app.realtime.live.meters import Timing
from app.realtime.status import read_processes, summarise
from tests.realtime.live.conftest import publisher
from tests.realtime.live.servers import LiveServer
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for


@pytest.fixture
def reader(own_redis: RedisServer) -> Iterator[Flask]:
    app = Flask("reader")
    app.extensions["redis"] = Breaker(own_redis.client)
    with app.app_context():
        yield app


def read_status() -> dict[str, Any]:
    return summarise(read_processes())


def test_a_process_tells_what_it_did(
    alone: LiveServer, own_redis: RedisServer, connect_peer: Any, reader: Flask
) -> None:
    peer, other = connect_peer(alone), connect_peer(alone)
    peer.subscribe("shop")
    send = publisher(own_redis)
    send("shop")
    position = peer.wait("message")
    send("shop")
    other.send(
        {
            "type": "subscribe",
            "channel": "shop",
            "since": {"offset": position["offset"], "epoch": position["epoch"]},
        }
    )
    other.wait("message")
    other.send({"type": "subscribe", "channel": "test", "since": {"offset": 1, "epoch": "gone"}})
    other.wait("subscribed")
    other.close()

    status = wait_for(lambda: (found := read_status())["closes"] and found, what="the report")

    assert status["closes"] == {"1000": 1}
    assert (status["connections"], status["messagesIn"], status["messagesOut"]) == (1, 3, 3)
    assert (status["recovered"], status["unrecovered"], status["gaps"]) == (1, 1, 0)
    assert status["bytesIn"] > 100 and status["delivery"]["buckets"]["+Inf"] == 2
    assert (status["queuedBytes"], status["longestQueue"], status["evicted"]) == (0, 0, 0)


def test_codes_that_clients_make_up_are_one_figure(
    alone: LiveServer, connect_peer: Any, reader: Flask
) -> None:
    for code in (3000, 3001, 4000, 4999, 4401, 1000):
        connect_peer(alone).socket.close(code, timeout=1)

    ended = wait_for(
        lambda: sum((found := read_status()["closes"]).values()) == 6 and found, what="the report"
    )

    assert ended == {"other": 4, "4401": 1, "1000": 1}


def test_a_lost_message_and_a_lost_redis_are_counted(
    alone: LiveServer, own_redis: RedisServer, connect_peer: Any, reader: Flask
) -> None:
    peer, send = connect_peer(alone), publisher(own_redis)
    peer.subscribe("shop")
    send("shop")
    peer.wait("message")
    own_redis.client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
    wait_for(lambda: read_status()["redisReconnects"] == 1, what="the new connection")

    own_redis.client.hincrby("rt:c:shop", "offset", 2)
    send("shop")

    status = wait_for(lambda: (found := read_status())["gaps"] and found, what="the gap")
    assert (status["gaps"], status["gapMessages"]) == (1, 2)


def test_a_pong_tells_the_round_trip(
    start_live: Any, own_redis: RedisServer, connect_peer: Any, reader: Flask
) -> None:
    nervous = start_live(REDIS_URL=own_redis.url, WEBSOCKET_HEARTBEAT_INTERVAL="1000")
    peer = connect_peer(nervous)

    def listen() -> bool:
        peer.next(0.2)  # Which answers pings.
        return bool(read_status()["roundTrip"]["buckets"].get("+Inf"))

    wait_for(listen, what="a round trip")
    assert 0 < read_status()["roundTrip"]["sum"] < 2000


def test_prometheus_reads_every_figure(
    alone: LiveServer, own_redis: RedisServer, connect_peer: Any, reader: Flask
) -> None:
    peer = connect_peer(alone)
    peer.subscribe("shop")
    publisher(own_redis)("shop")
    peer.wait("message")
    wait_for(lambda: read_status()["messagesOut"] == 1, what="the report")

    text = metrics.prometheus_text(SocketCollector()).decode()

    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert {
        (name, sum(sample.value for sample in families[f"liveshelf_live_{name}"].samples))
        for name in ("connections", "messages_out", "evicted", "redis_reconnects", "queued_bytes")
    } == {
        ("connections", 1),
        ("messages_out", 1),
        ("evicted", 0),
        ("redis_reconnects", 0),
        ("queued_bytes", 0),
    }
    delivery = {
        sample.labels.get("le"): sample.value
        for sample in families["liveshelf_live_delivery_seconds"].samples
    }
    assert delivery["+Inf"] == 1 and delivery["5.0"] == 1 and delivery["0.0005"] in (0, 1)
    assert {"closes", "recoveries", "cpu", "memory"} <= {
        name.removeprefix("liveshelf_live_") for name in families
    }


def test_a_timing_counts_up_to_each_bound_and_tells_percentiles_of_the_newest() -> None:
    timing = Timing()
    for ms in range(1, 101):
        timing.observe(ms, times=10)
    timing.observe(-3)

    told = json.loads(timing.to_json())

    assert told["buckets"]["0.5"] == 1 and told["buckets"]["10"] == 101 and told["buckets"]["+Inf"] == 1001
    assert told["sum"] == 50500
    assert timing.percentiles() == {"p50": 50, "p95": 95, "p99": 99}
    assert Timing().percentiles() == {"p50": "", "p95": "", "p99": ""}
