"""Who is typing: told to the others who listen now, to nobody else, and never kept."""

import struct
import time
from typing import Any

import pytest

from app.core.redis import connect
from tests.realtime.live.conftest import Publish, publisher
from tests.realtime.live.peers import Body, Peer, RawPeer
from tests.realtime.live.servers import LiveServer
from tests.realtime.live.test_access import identity, right
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for

ROOM = "room:" + "4f" * 16
NOTES = f"{ROOM}:staff"
MARKER = "user:marker"


def enter(server: LiveServer, subject: str, *channels: str) -> Peer:
    peer = Peer(server.port)
    answer = peer.subscribe(*(right(name, subject) for name in channels), token=identity(subject))
    assert all("mode" in answer[name] for name in channels), answer
    return peer


def say(peer: Peer, state: str, channel: str = ROOM) -> None:
    peer.send({"type": "typing", "channel": channel, "state": state})


def wait_typing(peer: Peer, subject: str, state: str) -> Body:
    while (body := peer.wait("typing"))["subject"] != subject or body["state"] != state:
        pass
    return body


def heard(peer: Peer, server: LiveServer, channel: str = ROOM) -> list[tuple[str, str]]:
    """What `peer` was told by now: whoever types last is heard last."""
    say(enter(server, MARKER, channel), "start", channel)
    wait_typing(peer, MARKER, "start")
    told = [(body["subject"], body["state"]) for body in peer.received if body["type"] == "typing"]
    return [entry for entry in told if entry[0] != MARKER]


def test_the_others_in_the_room_are_told_in_every_process_and_the_own_tabs_are_not(
    alone: LiveServer, start_beside: Any
) -> None:
    beside = start_beside()
    shopper, tab = enter(alone, "visitor:ab", ROOM), enter(beside, "visitor:ab", ROOM)
    agent, colleague = enter(alone, "user:1", ROOM), enter(beside, "user:2", ROOM)

    say(shopper, "start")

    expected = {"type": "typing", "channel": ROOM, "subject": "visitor:ab", "state": "start"}
    assert [wait_typing(peer, "visitor:ab", "start") for peer in (agent, colleague)] == [expected] * 2
    say(shopper, "stop")
    for peer in (agent, colleague):
        wait_typing(peer, "visitor:ab", "stop")
    assert heard(tab, beside) == heard(shopper, alone) == []


def test_typing_a_note_is_for_the_staff_alone(live: LiveServer) -> None:
    shopper, agent = enter(live, "visitor:ab", ROOM), enter(live, "user:1", ROOM, NOTES)
    colleague = enter(live, "user:2", ROOM, NOTES)

    say(agent, "start", NOTES)

    assert wait_typing(colleague, "user:1", "start")["channel"] == NOTES
    assert heard(shopper, live) == []


@pytest.mark.parametrize(
    "channel", ["shop", "user:1", "alerts", "viewers:7", "queue", "room:other", "nonsense"]
)
def test_on_other_channels_and_in_rooms_that_the_socket_does_not_hear_it_is_dropped(
    live: LiveServer, channel: str
) -> None:
    listener, typist = enter(live, "user:2", ROOM), enter(live, "user:1", "user:1")
    typist.subscribe("shop")

    say(typist, "start", channel)
    say(typist, "start", ROOM)
    typist.synchronise()

    assert heard(listener, live) == []
    assert {body["type"] for body in typist.received} == {"hello", "subscribed", "pong"}


def test_who_was_thrown_out_of_the_room_types_to_nobody(live: LiveServer, shared_redis: RedisServer) -> None:
    listener, typist = enter(live, "user:2", ROOM), enter(live, "user:3", ROOM)
    shared_redis.client.xadd("rt:revocations", {"kind": "channel", "channel": ROOM, "subject": "user:3"})
    typist.wait("unsubscribed")

    say(typist, "start")
    typist.synchronise()

    assert heard(listener, live) == []


def test_more_than_one_start_a_second_is_dropped_and_each_is_followed_by_one_stop(live: LiveServer) -> None:
    listener, typist = enter(live, "user:2", ROOM), enter(live, "user:1", ROOM, NOTES)

    for _ in range(3):
        say(typist, "start")
    wait_typing(listener, "user:1", "start")
    for state in ("stop", "stop", "start", "stop"):
        say(typist, state)
    wait_typing(listener, "user:1", "stop")
    typist.synchronise()
    assert heard(listener, live) == [("user:1", "start"), ("user:1", "stop")]

    time.sleep(1)
    say(typist, "start")
    wait_typing(listener, "user:1", "start")
    assert {body["type"] for body in typist.received} == {"hello", "subscribed", "pong"}


@pytest.mark.parametrize("state", [None, "started", 1, "", {"text": "secret"}])
def test_a_state_that_is_none_is_a_bad_request(live: LiveServer, state: Any) -> None:
    typist = enter(live, "user:1", ROOM)

    typist.send({"type": "typing", "channel": ROOM, "state": state, "id": 4})

    error = typist.wait("error")
    assert (error["code"], error["id"]) == ("bad_request", 4)


def test_nothing_of_it_is_kept_and_it_takes_no_offset(alone: LiveServer, own_redis: RedisServer) -> None:
    listener, typist = enter(alone, "user:2", ROOM), enter(alone, "user:1", ROOM)
    send = publisher(own_redis)
    before = send(ROOM)

    typist.send({"type": "typing", "channel": ROOM, "state": "start", "text": "my secret", "data": {"a": 1}})

    told = wait_typing(listener, "user:1", "start")
    after = send(ROOM)
    listener.wait_offset(ROOM, after.offset)
    assert set(told) == {"type", "channel", "subject", "state"}
    assert after.offset == before.offset + 1 and own_redis.client.xlen(f"rt:s:{ROOM}") == 2
    late = Peer(alone.port)
    position = {"offset": before.offset, "epoch": before.epoch}
    late.subscribe({**right(ROOM, "user:3"), "since": position}, token=identity("user:3"))
    late.wait_offset(ROOM, after.offset)
    assert not [body for body in late.received if body["type"] == "typing"]


def test_switched_off_it_is_neither_offered_nor_passed_on(
    start_live: Any, live: LiveServer, connect_peer: Any
) -> None:
    silent = start_live(CHAT_ENABLE_TYPING_INDICATORS="false")
    listener, typist = enter(live, "user:2", ROOM), enter(silent, "user:1", ROOM)

    say(typist, "start")
    typist.synchronise()

    assert heard(listener, live) == []
    assert "typing" not in typist.received[0]
    assert connect_peer(live).received[0]["typing"] == {"resendMs": 3000, "idleMs": 4000, "expireMs": 7000}


def test_a_slow_reader_loses_typing_and_no_message(
    own_redis: RedisServer, start_live: Any, connect_peer: Any
) -> None:
    server = start_live(REDIS_URL=own_redis.url, WEBSOCKET_QUEUE_FRAMES="16", WEBSOCKET_QUEUE_BYTES="1000000")
    slow = RawPeer(server.port, receive_buffer=4096)
    slow.send({"type": "subscribe", "token": identity("user:2"), "channels": [right(ROOM, "user:2")]})
    while b"subscribed" not in slow.next_frame()[2]:
        pass
    send, typist = publisher(own_redis), enter(server, "user:1", ROOM)
    sent = [send(ROOM, data={"text": "x" * 60_000}).offset for _ in range(12)]
    typist.wait_offset(ROOM, sent[-1])

    # Through Redis as other processes do it, so that no limit of a socket's own thins them out.
    client = connect(own_redis.url)
    for number in range(200):
        client.publish(f"rt:p:{ROOM}", f"typing:start:user:{number}")
    wait_typing(typist, "user:199", "start")

    offsets: list[int] = []
    while len(offsets) < len(sent):
        opcode, _, payload = slow.next_frame()
        assert opcode == 1, struct.unpack("!H", payload[:2])
        if b'"message"' in payload:
            offsets.append(int(payload.split(b'"offset":')[1].split(b",")[0]))
    assert offsets == sent


def test_what_is_no_typing_on_the_same_wire_harms_nobody(
    live: LiveServer, send: Publish, shared_redis: RedisServer
) -> None:
    listener = enter(live, "user:2", ROOM)
    for junk in ("typing:", "typing:start", b"typing:start:\xff", "typing"):
        shared_redis.client.publish(f"rt:p:{ROOM}", junk)

    listener.wait_offset(ROOM, send(ROOM).offset)

    assert {body["type"] for body in listener.received} == {"hello", "subscribed", "message"}


def test_without_redis_it_is_dropped_and_afterwards_it_goes_on(
    alone: LiveServer, own_redis: RedisServer
) -> None:
    listener, typist = enter(alone, "user:2", ROOM), enter(alone, "user:1", ROOM)
    own_redis.kill()
    listener.wait("degraded")
    say(typist, "start")
    typist.synchronise()
    own_redis.start()
    listener.wait("restored", 10)

    time.sleep(1)
    say(typist, "start")

    wait_typing(listener, "user:1", "start")


def test_it_is_counted(alone: LiveServer, own_redis: RedisServer) -> None:
    listener, typist = enter(alone, "user:2", ROOM), enter(alone, "user:1", ROOM)
    say(typist, "start")
    say(typist, "start")
    wait_typing(listener, "user:1", "start")

    def counts() -> list[int]:
        (key,) = own_redis.client.keys("rt:live:*")
        return [int(value or 0) for value in own_redis.client.hmget(key, "typing_in", "typing_out")]

    wait_for(lambda: counts() == [2, 1], 5, "the report")
