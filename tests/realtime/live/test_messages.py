"""Subscribing, and what arrives."""

from typing import Any

from tests.realtime.live.conftest import Publish
from tests.realtime.live.peers import Peer
from tests.realtime.live.servers import LiveServer
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for


def test_a_new_socket_is_greeted(live: LiveServer) -> None:
    peer = Peer(live.port)

    hello = peer.wait("hello")

    assert hello == {"type": "hello", "v": 1, "conn": hello["conn"], "beat": 30000, "max": 16384} | {
        "typing": {"resendMs": 3000, "idleMs": 4000, "expireMs": 7000}
    }
    assert hello["conn"].startswith("c-")


def test_a_published_message_reaches_who_subscribed(peer: Peer, send: Publish) -> None:
    answer = peer.subscribe("stock:A1")
    published = send(
        "stock:A1",
        "stock_changed",
        {"sku": "A1"},
        version=7,
        ts=1790000000123,
        content={"en": "<b>3 left</b>"},
    )

    message = peer.wait("message")

    assert answer["stock:A1"] == {
        "mode": "state",
        "offset": 0,
        "version": None,
        "recovered": False,
        "missed": 0,
    }
    assert message == {
        "type": "message",
        "channel": "stock:A1",
        "event": "stock_changed",
        "offset": published.offset,
        "epoch": published.epoch,
        "ts": 1790000000123,
        "version": 7,
        "data": {"sku": "A1"},
        "content": "<b>3 left</b>",
    }


def test_content_comes_in_the_language_of_the_socket_and_is_left_out_when_there_is_none(
    live: LiveServer, connect_peer: Any, send: Publish
) -> None:
    english, german, other = (connect_peer(live) for _ in range(3))
    english.subscribe("test")
    german.subscribe("test", lang="de-AT")
    other.subscribe("test", lang="fr")

    send("test", content={"en": "sold out", "de": "ausverkauft"})
    send("test")

    assert [peer.wait("message")["content"] for peer in (english, german, other)] == [
        "sold out",
        "ausverkauft",
        "sold out",
    ]
    assert "content" not in german.wait("message")


def test_the_single_form_subscribes_too(peer: Peer, send: Publish) -> None:
    peer.send({"type": "subscribe", "id": "a", "channel": "stock:SINGLE"})
    answer = peer.wait("subscribed")
    send("stock:SINGLE", version=1)

    assert answer["id"] == "a"
    assert list(answer["channels"]) == ["stock:SINGLE"]
    assert peer.wait("message")["version"] == 1


def test_nothing_arrives_after_unsubscribe(peer: Peer, send: Publish) -> None:
    peer.subscribe("stock:U1", "stock:U2", "stock:U3")
    peer.send({"type": "unsubscribe", "id": 3, "channel": "stock:U1"})
    assert peer.wait("unsubscribed") == {"type": "unsubscribed", "id": 3, "channels": ["stock:U1"]}
    peer.send({"type": "unsubscribe", "channels": ["stock:U2"]})
    assert peer.wait("unsubscribed")["channels"] == ["stock:U2"]

    for name in ("stock:U1", "stock:U2", "stock:U3"):
        send(name, version=1)

    assert peer.wait("message")["channel"] == "stock:U3"
    peer.synchronise()
    assert not peer.messages("stock:U1") and not peer.messages("stock:U2")


def test_channels_that_cannot_be_heard_are_named_and_the_others_work(peer: Peer) -> None:
    answer = peer.subscribe("stock:OK", "nothing:1", "stock", "../etc", "stock:" + "x" * 65, "user:1")

    assert answer.pop("stock:OK")["mode"] == "state"
    assert answer.pop("user:1") == {"error": "forbidden"}
    assert set(map(str, answer.values())) == {"{'error': 'unknown_channel'}"}


def test_production_has_no_test_channel(start_live: Any, connect_peer: Any) -> None:
    peer = connect_peer(start_live(APP_ENV="production"))

    assert peer.subscribe("test") == {"test": {"error": "unknown_channel"}}


def test_the_201st_channel_of_a_socket_is_refused(peer: Peer) -> None:
    answer = peer.subscribe(*(f"stock:N{number}" for number in range(201)))

    assert [name for name, found in answer.items() if found == {"error": "too_many"}] == ["stock:N200"]
    assert peer.subscribe("stock:N7")["stock:N7"]["mode"] == "state"


def test_ping_is_answered_with_the_time(peer: Peer) -> None:
    peer.send({"type": "ping", "id": 5})

    pong = peer.wait("pong")

    assert pong["id"] == 5 and isinstance(pong["ts"], int)


def test_a_publisher_learns_how_many_sockets_were_reached(
    live: LiveServer, connect_peer: Any, send: Publish, shared_redis: RedisServer
) -> None:
    peers = [connect_peer(live) for _ in range(3)]
    for peer in peers:
        peer.subscribe("shop")

    published = send("shop", reply="rt:reply:abc")

    assert published.processes == 1
    assert shared_redis.client.blpop(["rt:reply:abc"], timeout=3)[1] == b"3"


def test_a_reply_key_of_another_kind_is_not_written(
    peer: Peer, send: Publish, shared_redis: RedisServer
) -> None:
    peer.subscribe("shop")

    send("shop", reply="rt:epoch:stolen")
    peer.wait("message")
    peer.synchronise()

    assert not shared_redis.client.exists("rt:epoch:stolen")


def test_redis_is_asked_for_a_channel_once_and_left_alone_after_a_grace(
    live: LiveServer, connect_peer: Any, shared_redis: RedisServer
) -> None:
    def subscribers() -> int:
        return int(shared_redis.client.pubsub_numsub("rt:p:stock:GRACE")[0][1])

    first, second = connect_peer(live), connect_peer(live)
    first.subscribe("stock:GRACE")
    second.subscribe("stock:GRACE")
    assert subscribers() == 1

    first.close()
    second.close()

    assert subscribers() == 1
    wait_for(lambda: subscribers() == 0, 20, "the end of the subscription")


def test_a_channel_that_is_wanted_again_after_its_end_is_heard(
    live: LiveServer, connect_peer: Any, shared_redis: RedisServer, send: Publish
) -> None:
    def is_heard() -> bool:
        return bool(shared_redis.client.pubsub_numsub("rt:p:stock:AGAIN")[0][1])

    first = connect_peer(live)
    first.subscribe("stock:AGAIN")
    first.close()
    wait_for(lambda: not is_heard(), 20, "the end of the subscription")

    again = connect_peer(live)
    again.subscribe("stock:AGAIN")
    send("stock:AGAIN", version=1)

    assert again.wait("message")["version"] == 1
