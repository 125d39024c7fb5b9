"""Socket processes of a test's own, with a Redis that may be killed, and what is needed to talk to both."""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.core.redis import Breaker
from app.realtime.publish import Message, Published, publish
from tests.realtime.live.peers import Peer, opened
from tests.realtime.live.servers import LiveServer
from tests.support.redis_server import RedisServer, open_redis

Publish = Callable[..., Published]


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    # Not pytest's own folder: a path of a Unix socket has at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="live-") as name:
        yield Path(name)


@pytest.fixture(scope="session")
def shared_redis(folder: Path) -> Iterator[RedisServer]:
    server = RedisServer(folder)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def start_live(shared_redis: RedisServer, folder: Path) -> Iterator[Callable[..., LiveServer]]:
    """Start a socket process of one's own, with other settings."""
    started: list[LiveServer] = []

    def start(**variables: str) -> LiveServer:
        redis_url = variables.pop("REDIS_URL", shared_redis.url)
        started.append(LiveServer(redis_url, folder, **variables))
        started[-1].start()
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    with open_redis() as server:
        yield server


@pytest.fixture
def alone(own_redis: RedisServer, start_live: Any) -> LiveServer:
    """A socket process with a Redis of its own that may be killed."""
    server: LiveServer = start_live(REDIS_URL=own_redis.url, WEBSOCKET_DRAIN_SECONDS="1")
    return server


@pytest.fixture
def nervous(start_live: Any) -> LiveServer:
    """A socket process whose beat is a second."""
    server: LiveServer = start_live(WEBSOCKET_HEARTBEAT_INTERVAL="1000")
    return server


@pytest.fixture(autouse=True)
def close_peers() -> Iterator[None]:
    yield
    for peer in opened:
        peer.close()
    opened.clear()


@pytest.fixture
def connect_peer() -> Callable[..., Peer]:
    """Open a socket and read its hello."""

    def connect(server: LiveServer, **options: Any) -> Peer:
        peer = Peer(server.port, **options)
        peer.wait("hello")
        return peer

    return connect


def publisher(server: RedisServer) -> Publish:
    app = Flask("publisher")
    app.extensions["redis"] = Breaker(server.client)

    def publish_message(
        channel: str, event: str = "changed", data: dict[str, Any] | None = None, **more: Any
    ) -> Published:
        ts = more.pop("ts", int(time.time() * 1000))
        with app.app_context():
            return publish(Message(channel, event, ts, data or {}, **more))

    return publish_message
