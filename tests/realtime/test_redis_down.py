"""Without Redis the shop sells: pages from SQL, events kept for later, limits by each process, and nobody waits long."""

import time

import pytest
import sqlalchemy as sa

from app.core import outbox
from app.core.database import db
from app.core.outbox_rows import OutboxEvent
from app.security.tokens import SCOPES, create_token
from tests.factories import make_product, make_user
from tests.security.test_login import csrf_of, sign_in

LONGEST_S = 1.5
ADD = {"productId": "CUP", "quantity": 5, "operation": "add"}
SEND = {"type": "broadcast", "data": {"type": "sale", "payload": {}}, "targetChannel": "shop"}


@pytest.fixture
def app(make_app):
    """A shop whose Redis is not there. Without alerts, whose events would be counted too."""
    app = make_app(REDIS_URL="unix:///nowhere/redis.sock", INVENTORY_ENABLE_ALERTS="false")
    with app.app_context():
        yield app


@pytest.fixture
def program(app):
    return {"Authorization": f"Bearer {create_token('tests', list(SCOPES))}"}


@pytest.fixture
def client(app):
    """Fails the test in the end if one of its requests took too long."""
    seconds = []

    class TimedClient(app.test_client_class):
        def open(self, *args, **kwargs):
            start = time.monotonic()
            try:
                return super().open(*args, **kwargs)
            finally:
                seconds.append(time.monotonic() - start)

    app.test_client_class = TimedClient
    yield app.test_client()
    assert max(seconds) < LONGEST_S


def waiting():
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).where(OutboxEvent.published_at.is_(None)))


@pytest.mark.parametrize(
    "path",
    ["/", "/categories/tableware", "/search?q=cup", "/search/suggestions?q=cup", "/products/cup", "/login"],
)
def test_pages_are_served(app, client, path):
    make_product(sku="CUP", slug="cup", stock=10)

    assert client.get(path).status_code == 200


def test_signing_in_works(app, client):
    make_user("staff", email="mira@example.test")

    assert sign_in(client, "mira@example.test", next="/staff/inventory").status_code == 303
    assert client.get("/staff/inventory").status_code == 200


def test_a_stock_change_is_made_and_its_event_waits(app, client, program):
    make_product(sku="CUP", stock=10)
    before = waiting()

    answer = client.post("/api/realtime/inventory", json=ADD, headers=program)

    assert (answer.status_code, answer.json["onHand"]) == (200, 15)
    assert waiting() == before + 1


def test_the_sweep_neither_loses_events_nor_blames_them(app):
    make_product(sku="CUP", stock=10)

    assert outbox.sweep() == 0
    assert waiting() == 1
    assert db.session.scalars(sa.select(OutboxEvent.attempts)).all() == [0]


def test_many_changes_do_not_wait_for_redis_each(app, client, program):
    make_product(sku="CUP", stock=10)

    answers = [client.post("/api/realtime/inventory", json=ADD, headers=program) for _ in range(5)]

    assert [answer.json["onHand"] for answer in answers] == [15, 20, 25, 30, 35]


def test_the_shop_is_ready_but_says_what_it_lacks(app, client):
    answer = client.get("/api/health/ready")

    assert (answer.status_code, answer.json["status"]) == (200, "degraded")
    assert {name for name, check in answer.json["checks"].items() if not check["ok"]} == {"redis", "live"}


def test_a_message_cannot_be_sent_and_says_when_to_try_again(app, client, program):
    answer = client.post("/api/realtime/websocket", json=SEND, headers=program)

    assert (answer.status_code, answer.json["code"]) == (503, "realtime_down")
    assert int(answer.headers["Retry-After"]) > 0


def test_the_socket_status_is_down(app, client, program):
    assert client.get("/api/realtime/websocket", headers=program).json["status"] == "down"


def test_pages_still_catch_up_over_http(app, client):
    make_product(sku="CUP", stock=3)

    answer = client.post("/live/recover", json={"channels": ["stock:CUP"]})

    assert (answer.status_code, answer.json["epoch"]) == (200, None)
    assert [message["data"]["available"] for message in answer.json["messages"]] == [3]


def test_tokens_are_still_given(app, client):
    assert client.post("/live/tokens", headers={"X-CSRFToken": csrf_of(client, "/")}).status_code == 200


def test_limits_are_still_kept_by_each_process(app, client):
    token = csrf_of(client)
    # Each time another account, which has its own pauses after a few failures.
    logins = [
        {"email": f"a{number}@b.c", "password": "wrong password", "csrf_token": token} for number in range(12)
    ]

    answers = [client.post("/login", data=login) for login in logins]

    assert [answer.status_code for answer in answers] == [422] * 10 + [429] * 2
    assert int(answers[-1].headers["Retry-After"]) > 0
