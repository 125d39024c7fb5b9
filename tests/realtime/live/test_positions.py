"""Where a channel begins to count: before its first message, and again after Redis forgot it in a quiet week."""

import time
from typing import Any

from tests.realtime.live.conftest import publisher
from tests.realtime.live.peers import Peer, since_offset
from tests.realtime.live.servers import LiveServer
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for


def resets(peer: Peer) -> list[Any]:
    return [body["channels"] for body in peer.received if body["type"] == "reset"]


def forget_channel(server: RedisServer, offset: int) -> None:
    """As after a week, which leaves the clock far ahead of what was counted."""
    server.client.delete("rt:c:shop")
    wait_for(lambda: time.time() * 1000 > offset + 2, 5, "the clock")


def test_the_first_messages_of_a_channel_are_replayed_and_are_no_gap(
    alone: LiveServer, own_redis: RedisServer, connect_peer: Any
) -> None:
    send = publisher(own_redis)
    epoch = send("test").epoch
    early, late = connect_peer(alone), connect_peer(alone)
    assert early.subscribe("shop")["shop"]["offset"] == 0

    sent = [send("shop").offset for _ in range(2)]
    early.wait_offset("shop", sent[1])  # The process has heard of both.

    answer = late.subscribe(since_offset("shop", 0, epoch))
    assert answer["shop"] == {"mode": "event", "offset": sent[1], "recovered": True, "missed": 2}
    assert early.offsets("shop") == sent
    assert resets(early) == []


def test_a_channel_that_redis_forgot_counts_on_above_what_pages_know(
    alone: LiveServer, own_redis: RedisServer, connect_peer: Any
) -> None:
    send = publisher(own_redis)
    open_page = connect_peer(alone)
    open_page.subscribe("shop")
    old = send("shop")
    forget_channel(own_redis, old.offset)

    new = [send("shop").offset for _ in range(2)]

    open_page.wait_offset("shop", new[1])
    assert old.offset < new[0] and new[1] == new[0] + 1 < 2**53
    assert open_page.offsets("shop") == [old.offset, *new]
    assert ["shop"] in resets(open_page)


def test_a_page_from_before_redis_forgot_the_channel_is_told_to_fetch(
    alone: LiveServer, own_redis: RedisServer, connect_peer: Any
) -> None:
    send = publisher(own_redis)
    old = send("shop")
    forget_channel(own_redis, old.offset)
    page = connect_peer(alone)

    silent = page.subscribe(since_offset("shop", old.offset, old.epoch))["shop"]
    new = [send("shop").offset for _ in range(5)]
    heard = connect_peer(alone).subscribe(since_offset("shop", old.offset, old.epoch))["shop"]

    assert silent == {"mode": "event", "offset": 0, "recovered": False, "missed": 0}
    assert heard == {"mode": "event", "offset": new[-1], "recovered": False, "missed": 0}
