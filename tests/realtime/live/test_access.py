"""Who may open a socket, and who may hear what."""

from typing import Any

import pytest

from app.realtime import tokens
from tests.realtime.live.conftest import Publish
from tests.realtime.live.peers import Peer, RawPeer
from tests.realtime.live.servers import SECRET, LiveServer
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for


def right(
    channel: str, subject: str, session: str = "s1", lifetime_s: float = 600, secret: str = SECRET
) -> dict[str, Any]:
    return {
        "channel": channel,
        "token": tokens.sign_subscription(secret, channel, subject, session, lifetime_s),
    }


def identity(subject: str, session: str = "s1", lifetime_s: float = 600) -> str:
    return tokens.sign_connection(SECRET, subject, session, lifetime_s)


@pytest.mark.parametrize(
    "headers, status",
    [
        ({}, 101),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:3001.evil.example"}, 403),
        ({"Origin": "http://localhost"}, 403),
        ({"Origin": ""}, 101),
        ({"Origin": "", "Cookie": "session=x"}, 403),
        ({"Cookie": "session=x"}, 101),
        ({"Sec-WebSocket-Version": "8"}, 426),
        ({"Sec-WebSocket-Key": "short"}, 400),
        ({"Upgrade": "", "Connection": ""}, 426),
    ],
)
def test_a_socket_is_refused_with_plain_http_before_it_opens(
    live: LiveServer, headers: dict[str, str], status: int
) -> None:
    peer = RawPeer(live.port, headers)

    assert peer.status == status


def test_a_private_channel_opens_with_its_token(peer: Peer, send: Publish) -> None:
    answer = peer.subscribe(right("user:7", "user:7"), token=identity("user:7"))
    send("user:7", data={"order": 3})

    assert answer["user:7"]["mode"] == "event"
    assert peer.wait("message")["data"] == {"order": 3}


@pytest.mark.parametrize(
    "wanted",
    [
        {"channel": "user:7"},
        {"channel": "user:7", "token": "nonsense"},
        {"channel": "user:7", "token": ".é"},
        {"channel": "user:7", "token": identity("user:7")},
        {"channel": "user:7", "token": right("user:8", "user:7")["token"]},
        right("user:7", "user:7", secret="another secret of another shop"),
        right("user:7", "user:8"),
        right("user:7", "user:7", session="s2"),
        right("user:7", "user:7", lifetime_s=-1),
    ],
)
def test_a_private_channel_stays_shut(peer: Peer, send: Publish, wanted: dict[str, Any]) -> None:
    assert peer.subscribe(wanted, "stock:OPEN", token=identity("user:7"))["user:7"] == {"error": "forbidden"}

    send("user:7")
    send("stock:OPEN", version=send("shop").offset)
    peer.wait("message")

    assert not peer.messages("user:7")


def test_a_token_for_a_channel_says_who_is_there_when_nobody_said_before(peer: Peer) -> None:
    assert "mode" in peer.subscribe(right("visitor:ab", "visitor:ab"))["visitor:ab"]

    assert peer.subscribe(right("user:7", "user:7"))["user:7"] == {"error": "forbidden"}


def test_an_old_connection_token_does_not_keep_from_public_channels(peer: Peer) -> None:
    answer = peer.subscribe("stock:P1", token=identity("user:7", lifetime_s=-1))

    assert answer["stock:P1"]["mode"] == "state"


def test_what_one_person_opened_is_closed_to_the_next_on_the_same_socket(peer: Peer, send: Publish) -> None:
    peer.subscribe(right("visitor:ab", "visitor:ab"), token=identity("visitor:ab"))

    peer.send({"type": "subscribe", "channels": [right("user:7", "user:7")], "token": identity("user:7")})

    assert peer.wait("unsubscribed")["channels"] == ["visitor:ab"]
    assert "mode" in peer.wait("subscribed")["channels"]["user:7"]


def test_a_revoked_session_is_closed_within_a_second_and_cannot_come_back(
    live: LiveServer, connect_peer: Any, shared_redis: RedisServer
) -> None:
    gone, stays = connect_peer(live), connect_peer(live)
    gone.subscribe("stock:V1", token=identity("user:31", "gone"))
    stays.subscribe("stock:V1", token=identity("user:31", "stays"))

    shared_redis.client.xadd("rt:revocations", {"kind": "session", "session": "gone"})

    assert gone.wait_closed(1.0) == 4401
    assert gone.received[-1] == {
        "type": "disconnect",
        "code": 4401,
        "reason": "signed out",
        "reconnect": False,
    }
    stays.synchronise()
    again = connect_peer(live)
    again.send({"type": "subscribe", "channel": "stock:V1", "token": identity("user:31", "gone")})
    assert again.wait_closed(1.0) == 4401


def test_a_revoked_subject_may_sign_in_again(
    live: LiveServer, connect_peer: Any, shared_redis: RedisServer
) -> None:
    peer = connect_peer(live)
    old = identity("user:32", "a")
    peer.subscribe("stock:V2", token=old)

    shared_redis.client.xadd("rt:revocations", {"kind": "subject", "subject": "user:32"})

    assert peer.wait_closed(1.0) == 4401
    with_old, with_new = connect_peer(live), connect_peer(live)
    with_new.subscribe(right("user:32", "user:32", "b"), token=identity("user:32", "b"))
    with_new.synchronise()
    with_old.send({"type": "subscribe", "channel": "stock:V2", "token": old})
    assert with_old.wait_closed(1.0) == 4401


def test_a_revoked_channel_is_taken_from_its_subject_only(
    live: LiveServer, connect_peer: Any, shared_redis: RedisServer, send: Publish
) -> None:
    loser, keeper = connect_peer(live), connect_peer(live)
    old = right("user:40", "user:33")
    loser.subscribe(old, token=identity("user:33"))
    keeper.subscribe(right("user:40", "user:34"), token=identity("user:34"))

    shared_redis.client.xadd(
        "rt:revocations", {"kind": "channel", "channel": "user:40", "subject": "user:33"}
    )

    assert loser.wait("unsubscribed", 1.0)["channels"] == ["user:40"]
    send("user:40")
    keeper.wait("message")
    loser.synchronise()
    assert not loser.messages("user:40")
    assert loser.subscribe(old)["user:40"] == {"error": "forbidden"}
    assert "mode" in loser.subscribe(right("user:40", "user:33"))["user:40"]


def test_a_revocation_of_before_the_start_counts(
    start_live: Any, connect_peer: Any, shared_redis: RedisServer
) -> None:
    shared_redis.client.xadd("rt:revocations", {"kind": "session", "session": "earlier"})
    server = start_live()

    def is_refused() -> bool:
        peer = connect_peer(server)
        peer.send({"type": "subscribe", "channel": "stock:V3", "token": identity("user:35", "earlier")})
        return peer.wait_closed(1.0) == 4401

    wait_for(is_refused, 3, "the refusal")


def test_no_more_sockets_than_there_are_seats(start_live: Any, connect_peer: Any) -> None:
    server = start_live(WEBSOCKET_MAX_CLIENTS="3", WEBSOCKET_MAX_PER_USER="1")
    first, second, third = (connect_peer(server) for _ in range(3))

    assert connect_peer(server).wait_closed() == 1013
    first.subscribe("stock:L1", token=identity("user:1"))
    second.send({"type": "subscribe", "channel": "stock:L1", "token": identity("user:1")})
    assert second.wait("error")["code"] == "too_many"
    assert second.wait_closed() == 1013
    third.synchronise()


def test_addresses_behind_a_proxy_have_their_own_seats(start_live: Any) -> None:
    server = start_live(WEBSOCKET_MAX_PER_IP="2", TRUSTED_PROXIES="1")

    def connect(address: str) -> Peer:
        peer = Peer(server.port, header={"X-Forwarded-For": f"6.6.6.6, {address}"})
        peer.wait("hello")
        return peer

    first, second, third, other = (
        connect(address) for address in ("10.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.2")
    )

    assert third.wait_closed() == 1013
    for peer in (first, second, other):
        peer.synchronise()
        peer.close()


def test_the_user_in_the_address_is_a_label_that_grants_nothing(live: LiveServer) -> None:
    peer = Peer(live.port, "/ws?userId=7%0Aforged")

    peer.wait("hello")

    assert peer.subscribe("user:7")["user:7"] == {"error": "forbidden"}
