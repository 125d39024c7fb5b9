"""What is in the stream of revocations takes effect, for those it names and nobody else."""

import json
from typing import Any

from tests.realtime.live.conftest import Publish
from tests.realtime.live.peers import RawPeer
from tests.realtime.live.servers import LiveServer
from tests.realtime.live.test_access import identity, right
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for


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


def test_what_is_being_replayed_to_a_slow_reader_ends_with_the_right_to_it(
    live: LiveServer, shared_redis: RedisServer, send: Publish
) -> None:
    first = send("user:41")
    for _ in range(300):
        send("user:41", data={"text": "x" * 8000})
    slow = RawPeer(live.port, receive_buffer=4096)
    wanted = right("user:41", "user:36") | {"since": {"offset": first.offset, "epoch": first.epoch}}
    slow.send({"type": "subscribe", "channels": [wanted]})
    said = [json.loads(slow.next_frame()[2])["type"] for _ in range(3)]
    assert said == ["hello", "subscribed", "message"]

    shared_redis.client.xadd(
        "rt:revocations", {"kind": "channel", "channel": "user:41", "subject": "user:36"}
    )
    while said[-1] != "unsubscribed":
        said.append(json.loads(slow.next_frame()[2])["type"])
    slow.send({"type": "ping"})
    while said[-1] != "pong":
        said.append(json.loads(slow.next_frame()[2])["type"])

    assert said[said.index("unsubscribed") + 1 :] == ["pong"]


def test_a_revocation_of_before_the_start_counts(
    start_live: Any, connect_peer: Any, shared_redis: RedisServer
) -> None:
    shared_redis.client.xadd("rt:revocations", {"kind": "session", "session": "earlier"})
    server = start_live()

    def is_refused() -> bool:
        peer = connect_peer(server)
        peer.send({"type": "subscribe", "channel": "stock:V3", "token": identity("user:35", "earlier")})
        return peer.wait_closed(1.0) == 4401

    wait_for(is_refused, what="the refusal")
