"""A shop whose pages reach `live` by a wire that the tests cut: a browser's own offline mode leaves open sockets alone."""

from collections.abc import Iterator

import pytest

from tests.browser.lifecycle.looks import set_stock
from tests.support.relay import Relay
from tests.support.shop import Shop, open_shop

BEAT_MS = 4_000


@pytest.fixture(scope="package")
def wire() -> Iterator[Relay]:
    relay = Relay(0)
    yield relay
    relay.close()


@pytest.fixture(scope="package")
def wired(wire: Relay) -> Iterator[Shop]:
    """A shop whose pages reach `live` by the wire only."""
    url = f"ws://127.0.0.1:{wire.port}/ws"
    with open_shop(WEBSOCKET_URL=url, WEBSOCKET_HEARTBEAT_INTERVAL=str(BEAT_MS)) as shop:
        wire.target = shop.settings.WEBSOCKET_PORT
        yield shop


@pytest.fixture(autouse=True)
def everything_is_whole(wired: Shop, wire: Relay) -> Iterator[None]:
    set_stock(wired, 10)
    yield
    wire.is_swallowing = False
    wire.admit()
    wire.release()
