"""A process dies at a named line; nothing acknowledged is lost, nothing half-done is seen, and the badge still moves."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import websocket

from tests.factories import make_user
from tests.support.shop import CORE, Shop, open_shop
from tests.support.waiting import wait_for

pytestmark = pytest.mark.processes


@pytest.fixture
def fragile_shop():
    """A shop whose web process dies where a file under `faults/` says. Programs come with a token, as in production."""
    with open_shop(*CORE, APP_ENV="test", seed=with_token) as shop:
        yield shop


def with_token():
    from app.core.database import db, transaction
    from app.security.models import ApiToken
    from app.security.tokens import SCOPES, hash_token
    from tests.support.shop import small_assortment

    small_assortment()
    with transaction():
        db.session.add(ApiToken(name="test", token_hash=hash_token(TOKEN), scopes=list(SCOPES), created_at=0))


TOKEN = "ls_token-of-the-test"
AS_PROGRAM = {"Authorization": f"Bearer {TOKEN}"}
INVENTORY = "/api/realtime/inventory"


@contextlib.contextmanager
def listen(shop: Shop, channel: str) -> Iterator[websocket.WebSocket]:
    socket = websocket.create_connection(shop.socket_url, timeout=40, suppress_origin=True)
    try:
        assert json.loads(socket.recv())["type"] == "hello"
        socket.send(json.dumps({"type": "subscribe", "channel": channel}))
        assert json.loads(socket.recv())["type"] == "subscribed"
        yield socket
    finally:
        socket.close()


def next_version(socket: websocket.WebSocket, known: int) -> int:
    """The sweep may still be publishing what was known before."""
    while True:
        message = json.loads(socket.recv())
        if message["type"] == "message" and message["version"] > known:
            return int(message["version"])


def let_web_die_at(shop: Shop, point: str) -> None:
    """Only the web: the clock comes by the same lines all the time."""
    (shop.folder / "faults").mkdir(exist_ok=True)
    (shop.folder / "faults" / point).write_text(" ".join(map(str, shop.worker_pids("web"))))


def remove_one(shop: Shop) -> None:
    """The answer never comes: the process dies while it works on it."""
    with contextlib.suppress(requests.RequestException):
        body = {"productId": "CUP", "operation": "remove", "quantity": 1}
        requests.post(shop.url + INVENTORY, json=body, headers=AS_PROGRAM, timeout=10)


def stock(shop: Shop) -> dict[str, Any]:
    answer = requests.get(f"{shop.url}{INVENTORY}?productId=CUP", headers=AS_PROGRAM, timeout=10)
    return dict(answer.json())


def test_a_process_that_is_not_named_lives_on(app):
    order = app.config["SETTINGS"].data_path / "faults" / "before_commit"
    order.parent.mkdir()
    order.write_text("1")

    make_user()

    assert order.read_text() == "1"


def test_web_killed_between_commit_and_publish_and_the_badge_still_moves(fragile_shop: Shop):
    version = stock(fragile_shop)["version"]
    with listen(fragile_shop, "stock:CUP") as socket:
        let_web_die_at(fragile_shop, "after_commit")

        remove_one(fragile_shop)

        assert next_version(socket, version) == version + 1
    wait_for(lambda: fragile_shop.health().get("status") == "ok", 20, "the next web worker")
    assert stock(fragile_shop)["onHand"] == 9


def test_web_killed_before_the_commit_and_nothing_happened(fragile_shop: Shop):
    version = stock(fragile_shop)["version"]
    let_web_die_at(fragile_shop, "before_commit")

    remove_one(fragile_shop)

    wait_for(lambda: fragile_shop.health().get("status") == "ok", 20, "the next web worker")
    after = stock(fragile_shop)
    assert (after["onHand"], after["version"]) == (10, version)


@pytest.mark.slow
def test_clock_killed_and_the_next_one_takes_over_its_lease(fragile_shop: Shop):
    version = stock(fragile_shop)["version"]
    with listen(fragile_shop, "stock:CUP") as socket:
        fragile_shop.kill("clock")
        let_web_die_at(fragile_shop, "after_commit")
        remove_one(fragile_shop)

        fragile_shop.start("clock")

        assert next_version(socket, version) == version + 1
