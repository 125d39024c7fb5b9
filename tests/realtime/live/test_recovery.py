"""What a client gets that has been away: state by version, events by offset."""

import threading
from typing import Any

import pytest

from tests.realtime.live.conftest import Publish, publisher
from tests.realtime.live.peers import Peer, since_offset
from tests.realtime.live.servers import LiveServer
from tests.support.redis_server import RedisServer


def since_version(channel: str, version: int) -> dict[str, Any]:
    return {"channel": channel, "since": {"version": version}}


def test_events_are_replayed_after_the_offset_that_the_client_has(peer: Peer, send: Publish) -> None:
    before = send("shop", data={"n": 0})
    for number in (1, 2, 3):
        send("shop", data={"n": number})

    answer = peer.subscribe(since_offset("shop", before.offset, before.epoch))
    send("shop", data={"n": 4})

    assert answer["shop"] == {"mode": "event", "offset": before.offset + 3, "recovered": True, "missed": 3}
    messages = [peer.wait("message") for _ in range(4)]
    assert [message["data"]["n"] for message in messages] == [1, 2, 3, 4]
    assert [message["offset"] for message in messages] == list(range(before.offset + 1, before.offset + 5))


def test_a_client_that_missed_nothing_is_recovered_with_nothing(peer: Peer, send: Publish) -> None:
    last = send("shop")

    assert peer.subscribe(since_offset("shop", last.offset, last.epoch))["shop"]["recovered"]
    peer.synchronise()
    assert not peer.messages("shop")


@pytest.mark.parametrize("ahead, epoch", [(1, None), (0, "another"), (-301, None), (-(10**12), None)])
def test_events_cannot_be_recovered_from_an_unknown_position(
    peer: Peer, send: Publish, ahead: int, epoch: str | None
) -> None:
    for _ in range(302):
        last = send("shop")

    answer = peer.subscribe(since_offset("shop", last.offset + ahead, epoch or last.epoch))

    assert answer["shop"] == {"mode": "event", "offset": last.offset, "recovered": False, "missed": 0}


def test_three_hundred_missed_events_arrive_in_order_before_live_ones(peer: Peer, send: Publish) -> None:
    first = send("shop", data={"text": "x" * 1500})
    for _ in range(300):
        last = send("shop", data={"text": "x" * 1500})

    answer = peer.subscribe(since_offset("shop", first.offset, first.epoch))
    live = send("shop")

    assert answer["shop"]["missed"] == 300
    for _ in range(301):
        peer.wait("message")
    assert (
        peer.offsets("shop") == list(range(first.offset + 1, last.offset + 2))
        and live.offset == last.offset + 1
    )


@pytest.mark.parametrize("version, missed", [(1, 1), (2, 1), (3, 0), (4, 0)])
def test_state_is_replayed_when_a_newer_version_is_there(
    peer: Peer, send: Publish, version: int, missed: int
) -> None:
    send("stock:R1", version=2)
    newest = send("stock:R1", version=3)

    answer = peer.subscribe(since_version("stock:R1", version))

    assert answer["stock:R1"] == {
        "mode": "state",
        "offset": newest.offset or answer["stock:R1"]["offset"],  # 0 when the run before has sent it
        "version": 3,
        "recovered": True,
        "missed": missed,
    }
    peer.synchronise()
    assert [message["version"] for message in peer.messages("stock:R1")] == [3] * missed


def test_state_that_redis_no_longer_has_must_be_fetched(
    peer: Peer, send: Publish, shared_redis: RedisServer
) -> None:
    sent = send("stock:R2", version=5)
    shared_redis.client.delete("rt:s:stock:R2")

    answer = peer.subscribe(since_version("stock:R2", 4), since_version("stock:R3", 1))

    assert answer["stock:R2"] == {
        "mode": "state",
        "offset": sent.offset,
        "version": 5,
        "recovered": False,
        "missed": 0,
    }
    assert answer["stock:R3"] == {
        "mode": "state",
        "offset": 0,
        "version": None,
        "recovered": False,
        "missed": 0,
    }


def test_without_a_position_nothing_counts_as_recovered(peer: Peer, send: Publish) -> None:
    send("stock:R4", version=5)

    answer = peer.subscribe("stock:R4", "shop")

    assert not answer["stock:R4"]["recovered"] and not answer["shop"]["recovered"]


def test_recover_reads_again_what_is_already_subscribed(peer: Peer, send: Publish) -> None:
    first = send("shop")
    peer.subscribe("shop")
    second = send("shop")
    peer.wait_offset("shop", second.offset)

    peer.send({"type": "recover", "id": 2, "channels": [since_offset("shop", first.offset, first.epoch)]})
    answer = peer.wait("subscribed")
    third = send("shop")
    peer.wait_offset("shop", third.offset)

    assert answer["id"] == 2 and answer["channels"]["shop"]["missed"] == 1
    assert peer.offsets("shop")[-3:] == [second.offset, second.offset, third.offset]


def test_messages_published_while_sockets_subscribe_are_neither_lost_nor_doubled(
    live: LiveServer, connect_peer: Any, send: Publish
) -> None:
    start = send("shop")
    stop = threading.Event()
    last: list[int] = []

    def publish_all_the_time() -> None:
        while not stop.wait(0.003):
            last[:] = [send("shop").offset]

    peers = [connect_peer(live) for _ in range(10)]
    thread = threading.Thread(target=publish_all_the_time)
    thread.start()
    try:
        for peer in peers * 3:
            peer.send({"type": "unsubscribe", "channel": "shop"})
            peer.wait("unsubscribed")
            peer.subscribe(since_offset("shop", [start.offset, *peer.offsets("shop")][-1], start.epoch))
            peer.synchronise()
    finally:
        stop.set()
        thread.join(5)

    for peer in peers:
        while not peer.offsets("shop") or peer.offsets("shop")[-1] < last[0]:
            peer.wait("message")
        assert peer.offsets("shop") == list(range(start.offset + 1, last[0] + 1))


def test_a_lost_pub_sub_message_is_read_from_the_stream(
    peer: Peer, send: Publish, shared_redis: RedisServer
) -> None:
    peer.subscribe("shop")
    first = send("shop")
    body = '{"event":"silent","ts":1,"data":{},"content":null}'
    shared_redis.client.hincrby("rt:c:shop", "offset", 1)
    shared_redis.client.xadd("rt:s:shop", {"m": body}, id=f"{first.offset + 1}-0")

    send("shop")
    for _ in range(3):
        peer.wait("message")

    assert peer.offsets("shop") == [first.offset, first.offset + 1, first.offset + 2]
    assert peer.messages("shop")[1]["event"] == "silent"


def test_a_gap_that_the_stream_cannot_fill_is_told(
    peer: Peer, send: Publish, shared_redis: RedisServer
) -> None:
    peer.subscribe("shop")
    first = send("shop")
    shared_redis.client.hincrby("rt:c:shop", "offset", 5)

    send("shop")

    assert peer.wait("reset")["channels"] == ["shop"]
    assert peer.wait("message")["offset"] == first.offset + 6


def test_a_flushed_redis_starts_a_new_epoch_and_old_positions_are_refused(
    own_redis: RedisServer, start_live: Any, connect_peer: Any
) -> None:
    server = start_live(REDIS_URL=own_redis.url)
    send = publisher(own_redis)
    peer, late = connect_peer(server), connect_peer(server)
    peer.subscribe("shop", "stock:F1")
    old = send("shop")
    send("stock:F1", version=9)

    own_redis.client.flushall()
    new = send("shop")
    send("stock:F1", version=9)

    assert new.epoch != old.epoch
    answer = late.subscribe(since_offset("shop", old.offset, old.epoch), since_version("stock:F1", 8))
    assert not answer["shop"]["recovered"]
    assert answer["stock:F1"]["recovered"]
    peer.synchronise()
    assert [(message["offset"], message["epoch"]) for message in peer.messages("shop")] == [
        (old.offset, old.epoch),
        (new.offset, new.epoch),
    ]
    assert [message["epoch"] for message in peer.messages("stock:F1")] == [old.epoch, new.epoch]
