"""Clients that were away, few and many: what they missed comes once and in order, and costs Redis little."""

import contextlib
import time
from typing import Any

import pytest

from tests.realtime.live.peers import since_offset
from tests.realtime.live.servers import LiveServer
from tests.support.followers import following, wait_until_told
from tests.support.redis_server import RedisServer
from tests.support.relay import Relay
from tests.support.sockets import publisher
from tests.support.waiting import wait_for

READS = ("xrange", "xrevrange", "hmget", "exists")


def count_reads(redis: RedisServer) -> int:
    stats = redis.client.info("commandstats")
    return sum(stats.get(f"cmdstat_{command}", {}).get("calls", 0) for command in READS)


def come_back_all_at_once(live: LiveServer, redis: RedisServer, clients: int) -> None:
    """All lose their sockets within two seconds while messages go on, and are complete within five."""
    send = publisher(redis)
    first = send("shop").offset
    with (
        contextlib.closing(Relay(live.port)) as relay,
        following(relay.port, clients, pause=1.0) as followers,
    ):
        last = send("shop").offset
        wait_until_told(followers, last, 30)
        redis.client.config_resetstat()
        start = time.monotonic()
        relay.cut()
        while time.monotonic() - start < 2:
            last = send("shop").offset
            time.sleep(0.1)
        wait_until_told(followers, last, 5)
        taken = time.monotonic() - start

        assert taken < 5
        assert count_reads(redis) < 80, "a read for each position, not for each client"
    assert all(follower.connects == 2 for follower in followers)
    assert all(follower.runs == [list(range(first, last + 1))] for follower in followers)


@pytest.mark.slow
def test_two_hundred_clients_that_come_back_at_once_are_complete_within_five_seconds(
    alone: LiveServer, own_redis: RedisServer
) -> None:
    come_back_all_at_once(alone, own_redis, 200)


@pytest.mark.slow
def test_five_hundred_clients_that_come_back_at_once_are_complete_within_five_seconds(
    alone: LiveServer, own_redis: RedisServer
) -> None:
    come_back_all_at_once(alone, own_redis, 500)


@pytest.mark.slow
def test_two_seconds_without_a_network_every_ten_lose_nothing(
    alone: LiveServer, own_redis: RedisServer
) -> None:
    send = publisher(own_redis)
    first = send("shop").offset
    with contextlib.closing(Relay(alone.port)) as relay, following(relay.port, 20) as followers:
        start = time.monotonic()
        while (passed := time.monotonic() - start) < 60:
            last = send("shop").offset
            if passed % 10 > 8 and not relay.is_refusing:
                relay.refuse()
            elif passed % 10 <= 8 and relay.is_refusing:
                relay.admit()
            time.sleep(0.05)
        relay.admit()
        wait_until_told(followers, last, 5)

    assert all(follower.runs == [list(range(first, last + 1))] for follower in followers)
    assert all(follower.connects >= 6 for follower in followers)


def test_the_first_clients_of_a_process_that_has_just_started_are_recovered(
    own_redis: RedisServer, start_live: Any
) -> None:
    """Not sent to fetch, only because they are quicker than the process's own connection to Redis."""
    send = publisher(own_redis)
    first = send("shop").offset
    with contextlib.closing(Relay(own_redis.url.removeprefix("unix://"))) as wire:
        live = start_live(REDIS_URL=wire.redis_url)
        with following(live.port, 20) as followers:
            wire.hold()
            live.kill_worker()
            wait_for(lambda: all(follower.connects == 2 for follower in followers), 10, "all to be back")
            last = send("shop").offset
            wire.release()
            wait_until_told(followers, last)

    assert all(follower.runs == [list(range(first, last + 1))] for follower in followers)


def test_two_tabs_hear_everything_and_do_not_disturb_each_other(
    alone: LiveServer, own_redis: RedisServer, connect_peer: Any
) -> None:
    send, one, two = publisher(own_redis), connect_peer(alone), connect_peer(alone)
    for tab in (one, two):
        tab.subscribe("shop", "stock:TAB")
    first = send("shop").offset
    send("stock:TAB", version=1)
    two.wait_offset("shop", first)

    two.send({"type": "unsubscribe", "channel": "shop"})
    two.wait("unsubscribed")
    second = send("shop").offset
    two.close()
    send("stock:TAB", version=2)
    last = send("shop").offset
    one.wait_offset("shop", last)

    assert one.offsets("shop") == [first, second, last]
    assert [message["version"] for message in one.messages("stock:TAB")] == [1, 2]
    assert two.offsets("shop") == [first]


def test_the_same_state_published_twice_is_sent_once(
    alone: LiveServer, own_redis: RedisServer, connect_peer: Any
) -> None:
    """As the outbox does when it dies between the publishing and its note of it."""
    send, peer = publisher(own_redis), connect_peer(alone)
    peer.subscribe("stock:TWICE")

    sent = [send("stock:TWICE", version=version).offset for version in (4, 4, 3, 5)]
    peer.wait_offset("stock:TWICE", sent[-1])

    assert sent == [sent[0], 0, 0, sent[0] + 1]
    assert [message["version"] for message in peer.messages("stock:TWICE")] == [4, 5]


def test_who_was_away_for_more_than_the_history_is_told_and_who_was_away_for_less_gets_it(
    alone: LiveServer, own_redis: RedisServer, connect_peer: Any
) -> None:
    send = publisher(own_redis)
    sent = [send("shop") for _ in range(302)]
    longer, shorter = connect_peer(alone), connect_peer(alone)

    answers = [
        peer.subscribe(since_offset("shop", position.offset, position.epoch))["shop"]
        for peer, position in ((longer, sent[0]), (shorter, sent[1]))
    ]
    newest = send("shop").offset
    for peer in (longer, shorter):
        peer.wait_offset("shop", newest)

    assert [(answer["recovered"], answer["missed"]) for answer in answers] == [(False, 0), (True, 300)]
    assert longer.offsets("shop") == [newest]
    assert shorter.offsets("shop") == list(range(sent[2].offset, newest + 1))
