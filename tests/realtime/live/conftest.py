"""One Redis and one socket process for the tests that do them no harm; tests that do start their own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.core.redis import Breaker
from app.realtime.tokens import sign_connection
from tests.realtime.live.peers import Peer
from tests.realtime.live.rooms import ROOM
from tests.realtime.live.servers import SECRET, LiveServer
from tests.support.redis_server import RedisServer
from tests.support.sockets import Publish, publisher

__all__ = ["Publish", "publisher"]


@pytest.fixture(scope="session")
def live(shared_redis: RedisServer, folder: Path) -> Iterator[LiveServer]:
    server = LiveServer(shared_redis.url, folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def peer(live: LiveServer, connect_peer: Callable[..., Peer]) -> Peer:
    return connect_peer(live)


@pytest.fixture
def send(shared_redis: RedisServer) -> Publish:
    return publisher(shared_redis)


@pytest.fixture
def proxied(own_redis: RedisServer, start_live: Callable[..., LiveServer]) -> LiveServer:
    """A socket process behind a proxy that it trusts, so that each client has an address of its own."""
    return start_live(REDIS_URL=own_redis.url, TRUSTED_PROXIES="1")


@pytest.fixture
def start_beside(own_redis: RedisServer, start_live: Callable[..., LiveServer]) -> Callable[..., LiveServer]:
    """Start one process more with the test's own Redis."""
    return lambda beat="30000": start_live(
        REDIS_URL=own_redis.url, WEBSOCKET_HEARTBEAT_INTERVAL=beat, WEBSOCKET_DRAIN_SECONDS="1"
    )


@pytest.fixture
def web(own_redis: RedisServer) -> Iterator[None]:
    """The context of a web process beside them."""
    app = Flask("web")
    app.extensions["redis"] = Breaker(own_redis.client)
    with app.app_context():
        yield


@pytest.fixture
def enter(connect_peer: Callable[..., Peer]) -> Callable[..., Peer]:
    """Open a socket that looks at a product, as a visitor or as nobody known."""

    def look(server: LiveServer, subject: str = "", channel: str = ROOM) -> Peer:
        peer = connect_peer(server)
        token = {"token": sign_connection(SECRET, subject, "s1", 600)} if subject else {}
        peer.subscribe(channel, **token)
        return peer

    return look
