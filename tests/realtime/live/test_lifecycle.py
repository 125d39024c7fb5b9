"""Slow readers, silence, restarts, and what the process tells about itself."""

import itertools
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from app.realtime.keys import PROCESSES_KEY
from tests.realtime.live.conftest import publisher
from tests.realtime.live.peers import Peer, RawPeer
from tests.realtime.live.servers import ROOT, LiveServer
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for

HEAVY = (
    "sqlalchemy",
    "flask_sqlalchemy",
    "wtforms",
    "flask_wtf",
    "pydantic",
    "pywebpush",
    "alembic",
    "rq",
    "PIL",
    "babel",
)


def read_status(redis: RedisServer) -> dict[str, str]:
    keys = redis.client.keys("rt:live:*")
    return (
        {name.decode(): value.decode() for name, value in redis.client.hgetall(keys[0]).items()}
        if len(keys) == 1
        else {}
    )


def test_a_reader_that_stalls_is_cut_while_the_others_get_everything(
    alone: LiveServer, own_redis: RedisServer, connect_peer: Any
) -> None:
    send = publisher(own_redis)
    first = send("shop").offset
    stalled = RawPeer(alone.port, receive_buffer=4096)
    stalled.send({"type": "subscribe", "channel": "shop"})
    others = [connect_peer(alone) for _ in range(3)]
    for peer in others:
        peer.subscribe("shop")
    stop = threading.Event()

    def publish_until_cut() -> None:
        """No faster than the others read: on a busy machine Redis would cut the whole process for being slow."""
        for sent in itertools.count():
            while not stop.is_set() and sent - min(len(peer.received) for peer in others) > 20:
                time.sleep(0.001)
            if stop.is_set():
                return
            send("shop", data={"text": "x" * 10_000})

    readers = [threading.Thread(target=read_until, args=(peer, stop)) for peer in others]
    threads = [threading.Thread(target=publish_until_cut), *readers]
    for thread in threads:
        thread.start()
    try:
        wait_for(lambda: read_status(own_redis).get("evicted") == "1", 10, "the eviction")
    finally:
        stop.set()
        for thread in threads:
            thread.join(10)
    last = send("shop").offset

    for peer in others:
        while peer.offsets("shop")[-1] < last:
            peer.wait("message")
        assert peer.offsets("shop") == list(range(first + 1, last + 1))


def read_until(peer: Peer, stop: threading.Event) -> None:
    """Nothing may come any more by the time that it is told to stop."""
    while not stop.is_set():
        peer.next(0.5)


def test_a_quiet_socket_is_pinged_and_a_dead_one_is_closed(nervous: LiveServer) -> None:
    peer = RawPeer(nervous.port)
    peer.next_frame()
    start = time.monotonic()

    seen = [peer.next_frame()]
    while seen[-1][0] != 8:
        seen.append(peer.next_frame())

    assert 1.9 < time.monotonic() - start < 4.5
    assert (1, False, b'{"type":"ping"}') in seen and any(opcode == 9 for opcode, _, _ in seen)
    assert seen[-1][2][:2] == (1013).to_bytes(2)


def test_a_socket_that_answers_pings_lives(nervous: LiveServer, connect_peer: Any) -> None:
    peer = connect_peer(nervous)
    deadline = time.monotonic() + 3

    while time.monotonic() < deadline:
        assert peer.wait("ping", 2)

    peer.synchronise()


def test_a_stop_closes_every_socket_with_1012_and_ends(
    alone: LiveServer, own_redis: RedisServer, connect_peer: Any
) -> None:
    peers = [connect_peer(alone) for _ in range(20)]
    for peer in peers:
        peer.subscribe("stock:G1")
    wait_for(lambda: read_status(own_redis).get("connections") == "20", what="the status")

    alone.terminate()

    assert [peer.wait_closed() for peer in peers] == [1012] * 20
    assert peers[0].received[-1] == {
        "type": "disconnect",
        "code": 1012,
        "reason": "restart",
        "reconnect": True,
    }
    assert alone.process and alone.process.wait(6) == 0
    assert not own_redis.client.keys("rt:live*")


def test_the_process_reports_itself_every_second(
    alone: LiveServer, own_redis: RedisServer, connect_peer: Any
) -> None:
    from tests.realtime.live.test_access import identity

    peer, other, anonymous = (connect_peer(alone) for _ in range(3))
    peer.subscribe("shop", token=identity("user:1"))
    other.subscribe("shop", token=identity("user:1"))
    anonymous.subscribe("stock:S1")
    publisher(own_redis)("shop")

    status = wait_for(
        lambda: (found := read_status(own_redis)).get("messages_out") == "2" and found, what="the status"
    )

    assert {
        name: status[name]
        for name in ("connections", "users", "channels", "messages_in", "evicted", "draining")
    } == {
        "connections": "3",
        "users": "1",
        "channels": "2",
        "messages_in": "3",
        "evicted": "0",
        "draining": "0",
    }
    assert int(status["pid"]) == alone.worker_pid and int(status["started"]) > 1_700_000_000_000
    assert int(status["bytes_out"]) > 100 and 0 <= float(status["p50"]) <= float(status["p99"]) < 1000
    assert {"host", "rate_in", "rate_out", "p95"} <= status.keys()
    assert 0 < own_redis.client.ttl(own_redis.client.keys("rt:live:*")[0]) <= 5


def test_a_process_that_was_killed_is_forgotten_after_an_hour(
    alone: LiveServer, own_redis: RedisServer
) -> None:
    now = time.time()
    own_redis.client.zadd(PROCESSES_KEY, {"yesterday": now - 86400, "lately": now - 60})

    wait_for(lambda: own_redis.client.zscore(PROCESSES_KEY, "yesterday") is None, what="the next report")

    assert own_redis.client.zscore(PROCESSES_KEY, "lately")
    assert own_redis.client.zcount(PROCESSES_KEY, now, "+inf") == 1


def test_plain_http_is_answered(live: LiveServer) -> None:
    import json
    import urllib.request

    for path in ("/", "/health"):
        with urllib.request.urlopen(f"http://127.0.0.1:{live.port}{path}", timeout=2) as answer:
            assert json.load(answer)["status"] == "ok"


def test_the_process_is_lean(live: LiveServer) -> None:
    imports = "import sys, app.realtime.live.server, app.realtime.live.drain"
    code = f"{imports}; print([name for name in {HEAVY} if name in sys.modules])"

    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=30
    )

    assert loaded.stdout.strip() == "[]", loaded.stdout + loaded.stderr
    mapped = Path(f"/proc/{live.worker_pid}/maps").read_text()
    assert not [name for name in HEAVY if f"/{name}/" in mapped]
