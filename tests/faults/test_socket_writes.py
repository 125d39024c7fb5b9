"""What a socket is sent arrives whole, in order and once, however slowly its peer reads and however it ends."""

import json
import os
import socket
import struct
import time
import urllib.request
from pathlib import Path
from typing import Any

from tests.realtime.live.peers import RawPeer
from tests.realtime.live.servers import LiveServer
from tests.support.followers import following, wait_until_told
from tests.support.redis_server import RedisServer
from tests.support.sockets import publisher
from tests.support.waiting import wait_for

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
HEAP_MB = 16


def slow_reader(server: LiveServer, *channels: str) -> RawPeer:
    """Subscribed, and with so small a window that hardly anything waits on its own side."""
    peer = RawPeer(server.port, receive_buffer=4096)
    for channel in channels:
        peer.send({"type": "subscribe", "channel": channel})
        while b"subscribed" not in peer.next_frame()[2]:
            pass
    return peer


def read_to_the_end(peer: RawPeer) -> bytearray:
    data = bytearray(peer.buffer)
    try:
        while chunk := peer.socket.recv(65536):
            data += chunk
    except ConnectionResetError:
        pass
    return data


def split(data: bytearray) -> tuple[list[tuple[int, bytes]], int]:
    """The whole frames as opcode and payload, and the number of bytes after the last one."""
    frames, at = [], 0
    while at + 2 <= len(data):
        length, start = data[at + 1], at + 2
        if length == 126:
            length, start = int.from_bytes(data[at + 2 : at + 4]), at + 4
        elif length == 127:
            length, start = int.from_bytes(data[at + 2 : at + 10]), at + 10
        if start + length > len(data):
            break
        frames.append((data[at] & 0x0F, bytes(data[start : start + length])))
        at = start + length
    return frames, len(data) - at


def reset(peer: RawPeer) -> None:
    peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.socket.close()


def connections(server: LiveServer) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/health", timeout=2) as answer:
        return int(json.load(answer)["connections"])


def meter(redis: RedisServer, name: str) -> int:
    """A figure of the only socket process that uses this Redis; written once a second."""
    (report,) = redis.client.keys("rt:live:*")
    return int(redis.client.hget(report, name))


def resident_mb(server: LiveServer) -> float:
    status = Path(f"/proc/{server.worker_pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def test_twelve_megabytes_reach_a_slow_reader_whole_while_others_go_on(
    alone: LiveServer, own_redis: RedisServer, connect_peer: Any
) -> None:
    send = publisher(own_redis)
    slow, quick = slow_reader(alone, "shop", "test"), connect_peer(alone)
    quick.subscribe("test")
    text = os.urandom(6_000_000).hex()

    send("shop", data={"text": text})
    slow.socket.recv_into(bytearray(1000), flags=socket.MSG_PEEK)
    for _ in range(20):
        quick.wait_offset("test", send("test").offset)
    slow.send_frame(PING, b"in the middle")
    slow.send_frame(CLOSE, struct.pack("!H", 1000))
    frames, left = split(read_to_the_end(slow))

    assert left == 0
    assert json.loads(frames[0][1])["data"]["text"] == text
    assert [opcode for opcode, _ in frames] == [TEXT] * 21 + [PONG, CLOSE]
    assert frames[-2][1] == b"in the middle"


def test_messages_of_three_channels_and_pings_of_both_sides_share_one_socket(
    nervous: LiveServer, shared_redis: RedisServer
) -> None:
    send, channels = publisher(shared_redis), ("shop", "test", "order:W1")
    peer = slow_reader(nervous, *channels)
    sent: dict[str, list[int]] = {channel: [] for channel in channels}
    seen: dict[str, list[int]] = {channel: [] for channel in channels}
    others: list[tuple[int, bytes]] = []
    deadline = time.monotonic() + 10

    while (PONG, b"4") not in others or sent != seen:
        assert time.monotonic() < deadline, others
        if (PONG, b"4") not in others and len(sent["shop"]) - len(
            seen["shop"]
        ) < 2:  # Up to 120 kB are under way.
            for channel in channels:
                sent[channel].append(send(channel, data={"text": "x" * 20_000}).offset)
        opcode, _, payload = peer.next_frame()
        if opcode == TEXT and b'"message"' in payload[:20]:
            body = json.loads(payload)
            seen[body["channel"]].append(body["offset"])
        else:
            others.append((opcode, payload))
        if opcode == PING:
            for number in range(5):
                peer.send_frame(PING, b"%d" % number)

    assert [payload for opcode, payload in others if opcode == PONG][:5] == [b"0", b"1", b"2", b"3", b"4"]
    assert len(seen["shop"]) > 20


def test_ten_stalled_clients_are_cut_and_two_hundred_others_get_everything(
    alone: LiveServer, own_redis: RedisServer
) -> None:
    send = publisher(own_redis)
    first = send("shop").offset
    with following(alone.port, 190) as followers:
        stalled = [slow_reader(alone, "shop") for _ in range(10)]
        before = resident_mb(alone)
        for turn in range(1, 101):
            last = send("shop", data={"text": "x" * 10_000}).offset
            if not turn % 10:
                wait_until_told(followers, last)

        wait_for(lambda: connections(alone) == 190, 1, "the stalled ones to be cut")
        assert resident_mb(alone) - before < HEAP_MB
        for peer in stalled:
            frames, _ = split(read_to_the_end(peer))
            offsets = [json.loads(payload)["offset"] for _, payload in frames]
            assert offsets == list(range(first + 1, first + 1 + len(offsets))) and len(offsets) < 100

    assert all(follower.runs == [list(range(first, last + 1))] for follower in followers)
    assert all(follower.connects == 1 for follower in followers)


def test_a_close_waits_behind_what_is_queued(alone: LiveServer, own_redis: RedisServer) -> None:
    send, peer = publisher(own_redis), slow_reader(alone, "shop")
    sent = [send("shop", data={"text": "x" * length}).offset for length in (2_000_000, 50_000, 50_000, 5)]
    wait_for(lambda: meter(own_redis, "messages_out") == 4, 3, "all to be queued")

    peer.send_frame(CLOSE, struct.pack("!H", 1000))
    frames, left = split(read_to_the_end(peer))

    assert left == 0 and frames[-1] == (CLOSE, struct.pack("!H", 1000))
    assert [json.loads(payload)["offset"] for _, payload in frames[:-1]] == sent


def test_a_close_that_finds_no_place_in_the_queue_cuts(
    start_live: Any, own_redis: RedisServer, connect_peer: Any
) -> None:
    server = start_live(REDIS_URL=own_redis.url, WEBSOCKET_QUEUE_FRAMES="16")
    send, witness = publisher(own_redis), connect_peer(server)
    stuck = slow_reader(server, "shop")
    for length in (2_000_000, *[5] * 16):  # One under way and sixteen that wait.
        send("shop", data={"text": "x" * length})
    wait_for(lambda: meter(own_redis, "messages_out") == 17, 3, "the queue to be full")
    assert connections(server) == 2

    stuck.send_frame(CLOSE, struct.pack("!H", 1000))

    wait_for(lambda: connections(server) == 1, 1, "the stuck one to be cut")
    frames, left = split(read_to_the_end(stuck))
    assert not frames and left > 0
    witness.synchronise()


def test_a_peer_that_resets_in_the_middle_of_a_frame_disturbs_nobody(
    alone: LiveServer, own_redis: RedisServer, connect_peer: Any
) -> None:
    send, witness = publisher(own_redis), connect_peer(alone)
    witness.subscribe("test")
    hearing, speaking = slow_reader(alone, "shop"), slow_reader(alone, "shop")
    send("shop", data={"text": "x" * 4_000_000})

    speaking.socket.sendall(struct.pack("!BBHI", 0x81, 0x80 | 126, 1000, 0) + b"half of it")
    reset(speaking)
    reset(hearing)

    wait_for(lambda: connections(alone) == 1, 2, "both to be gone")
    witness.wait_offset("test", send("test").offset)
    assert "Traceback" not in alone.log.read_text()


def test_fifty_updates_a_second_reach_a_slow_reader_as_the_newest(
    alone: LiveServer, own_redis: RedisServer
) -> None:
    send, peer = publisher(own_redis), slow_reader(alone, "stock:C1", "shop")
    send("shop", data={"text": "x" * 1_000_000})
    for version in range(1, 1001):  # Twice as many as the queue holds.
        send("stock:C1", version=version, content={"en": "<b>" + "x" * 500})
    send("shop")

    versions: list[int] = []
    while not versions or versions[-1] != 1000:
        body = json.loads(peer.next_frame()[2])
        versions += [body["version"]] if "version" in body else []

    assert versions == sorted(versions) and len(versions) < 50
