"""Redis cut off, paused, replaced or short of memory, while sockets listen: nothing is lost without a word."""

import contextlib
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest
from redis.exceptions import ResponseError

from app.realtime.channels import EVENT_HISTORY
from tests.realtime.live.peers import Peer, since_offset
from tests.realtime.live.servers import LiveServer
from tests.support.followers import Follower, following, wait_until_told
from tests.support.redis_server import RedisServer, open_redis
from tests.support.relay import Relay
from tests.support.sockets import Publish, publisher
from tests.support.waiting import wait_for

# A process that has heard nothing for 3 s asks, and gives up 3 s later.
NOTICED_S = 8.0


@pytest.fixture
def wire(own_redis: RedisServer) -> Iterator[Relay]:
    with contextlib.closing(Relay(own_redis.url.removeprefix("unix://"))) as relay:
        yield relay


@pytest.fixture
def wired(wire: Relay, start_live: Any) -> LiveServer:
    """A socket process that hears Redis through the wire."""
    server: LiveServer = start_live(REDIS_URL=wire.redis_url)
    return server


def types(peer: Peer) -> set[str]:
    return {body["type"] for body in peer.received}


def check_complete(followers: list[Follower], first: int, last: int) -> None:
    wait_until_told(followers, last)
    for follower in followers:
        assert follower.runs == [list(range(first, last + 1))]
        assert follower.connects == 1


def live_through_outage(
    wire: Relay, wired: LiveServer, redis: RedisServer, connect: Any, seconds: float
) -> None:
    send, peer = publisher(redis), connect(wired)
    first = send("shop").offset
    peer.subscribe("stock:O1")
    with following(wired.port, 20) as followers:
        wire.refuse()
        peer.wait("degraded")
        end = time.monotonic() + seconds
        for version in range(1, 201):
            send("stock:O1", version=version)
            last = send("shop").offset
        time.sleep(max(0.0, end - time.monotonic()))
        wire.admit()
        peer.wait("restored")
        check_complete(followers, first, last)
    peer.synchronise()
    assert [message["version"] for message in peer.messages("stock:O1")] == [200]
    assert "reset" not in types(peer)


def test_messages_of_two_seconds_without_redis_come_in_place(
    wire: Relay, wired: LiveServer, own_redis: RedisServer, connect_peer: Any
) -> None:
    live_through_outage(wire, wired, own_redis, connect_peer, 2)


@pytest.mark.slow
def test_messages_of_half_a_minute_without_redis_come_in_place(
    wire: Relay, wired: LiveServer, own_redis: RedisServer, connect_peer: Any
) -> None:
    live_through_outage(wire, wired, own_redis, connect_peer, 30)


def publish_until_cut(redis: RedisServer, send: Publish) -> int:
    """Publish until Redis gives up its listener, and then what nobody hears. The offset of the last message.

    What the kernel takes in between differs from machine to machine; the channel keeps more messages than these.
    """
    text = {"text": "x" * 100_000}
    for _ in range(EVENT_HISTORY - 50):
        send("shop", data=text)
        if not redis.client.client_list(_type="pubsub"):
            return [send("shop", data=text).offset for _ in range(40)][-1]
    raise AssertionError("Redis never cut its listener")


def test_a_listener_whose_buffer_redis_cuts_misses_nothing(
    wire: Relay, wired: LiveServer, own_redis: RedisServer
) -> None:
    send = publisher(own_redis)
    # More than one message, so that it is never a message alone that is too much.
    own_redis.client.config_set("client-output-buffer-limit", "pubsub 262144 0 0")
    # Valkey does not count long texts that it shares between listeners; an older one has no such setting, and copies.
    with contextlib.suppress(ResponseError):
        own_redis.client.config_set("min-string-size-avoid-copy-reply", 1_000_000)
    first = send("shop").offset
    with following(wired.port, 5) as followers:
        for _ in range(3):
            wire.hold()
            last = publish_until_cut(own_redis, send)
            wire.release()
            wait_until_told(followers, last)
        # A client may be cut too, for being slower than the flood that follows.
        assert all(follower.runs == [list(range(first, last + 1))] for follower in followers)
    assert wired.log.read_text().count("Redis is lost") >= 3


def test_another_redis_in_its_place_makes_clients_fetch_and_goes_on(
    wire: Relay, wired: LiveServer, own_redis: RedisServer, connect_peer: Any
) -> None:
    send, peer = publisher(own_redis), connect_peer(wired)
    peer.subscribe("shop", "stock:P1", "stock:P2")
    old = send("shop")
    for name in ("stock:P1", "stock:P2"):
        send(name, version=9)
    peer.wait_offset("shop", old.offset)

    with open_redis() as other:
        send_other = publisher(other)
        unheard = send_other("shop")
        send_other("stock:P1", version=7)
        wire.target = other.url.removeprefix("unix://")
        wire.cut()
        missed = [name for _ in range(2) for name in peer.wait("reset")["channels"]]
        peer.wait_offset("shop", send_other("shop").offset)
        known = [message for message in peer.messages("stock:P1") if message["epoch"] == unheard.epoch]

    assert sorted(missed) == ["shop", "stock:P2"]
    assert [message["version"] for message in known] == [7], "an older state of a new epoch counts"
    assert peer.offsets("shop")[-1] == unheard.offset + 1


@pytest.mark.slow
def test_a_redis_that_stands_still_for_ten_seconds_goes_on_where_it_was(
    alone: LiveServer, own_redis: RedisServer, connect_peer: Any
) -> None:
    send, peer = publisher(own_redis), connect_peer(alone)
    first = send("shop").offset
    assert own_redis.process
    with following(alone.port, 20) as followers:
        own_redis.process.send_signal(signal.SIGSTOP)
        time.sleep(10)
        own_redis.process.send_signal(signal.SIGCONT)
        for _ in range(50):
            last = send("shop").offset
        peer.wait("restored")
        check_complete(followers, first, last)


def test_a_hundred_clients_that_come_while_redis_stands_still_are_all_answered(
    alone: LiveServer, own_redis: RedisServer, connect_peer: Any
) -> None:
    send, before = publisher(own_redis), connect_peer(alone)
    last = send("shop")
    before.subscribe("shop")
    late = [connect_peer(alone) for _ in range(100)]
    assert own_redis.process
    own_redis.process.send_signal(signal.SIGSTOP)
    try:
        deadline = time.monotonic() + NOTICED_S
        for peer in late:
            peer.send({"type": "subscribe", "channels": [since_offset("shop", last.offset, last.epoch)]})
        answers = [peer.wait("subscribed", deadline - time.monotonic())["channels"]["shop"] for peer in late]
    finally:
        own_redis.process.send_signal(signal.SIGCONT)

    assert not any(answer["recovered"] for answer in answers)
    newest = wait_for(lambda: send("shop"), what="a message").offset
    for peer in late:
        peer.wait_offset("shop", newest)


def test_a_channel_that_is_forgotten_while_redis_is_asked_again_holds_up_no_other(
    wire: Relay, wired: LiveServer, own_redis: RedisServer, connect_peer: Any
) -> None:
    leaving, staying = connect_peer(wired), connect_peer(wired)
    leaving.subscribe("order:LEFT")
    staying.subscribe("shop")

    wire.trap = b"subscribe"
    wire.cut()
    wait_for(lambda: wire.trap is None, what="the process to ask again")
    leaving.close()
    time.sleep(4.5)  # Longer than a channel is kept that nobody wants, and shorter than silence is borne.
    wire.release()

    sent = wait_for(lambda: publisher(own_redis)("shop"), what="a message")
    staying.wait_offset("shop", sent.offset)
    assert connect_peer(wired).subscribe("shop")["shop"]["offset"] == sent.offset


def test_history_that_has_run_out_is_told(
    alone: LiveServer, own_redis: RedisServer, connect_peer: Any
) -> None:
    send = publisher(own_redis)
    event, _ = send("shop"), send("stock:T1", version=1)
    newest, _ = send("shop"), send("stock:T1", version=2)
    for name in ("shop", "stock:T1"):
        own_redis.client.pexpire(f"rt:s:{name}", 1)
        wait_for(lambda name=name: not own_redis.client.exists(f"rt:s:{name}"), what="the end of the history")

    answer = connect_peer(alone).subscribe(
        since_offset("shop", event.offset, event.epoch), {"channel": "stock:T1", "since": {"version": 1}}
    )

    assert answer["shop"] == {"mode": "event", "offset": newest.offset, "recovered": False, "missed": 0}
    assert not answer["stock:T1"]["recovered"] and answer["stock:T1"]["version"] == 2
