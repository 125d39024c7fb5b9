"""What the shop takes away is gone from the sockets within a second."""

import time
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core import clock, outbox
from app.core.database import db, transaction
from app.realtime import pages
from app.realtime.revocations import revoke_channel
from app.realtime.tokens import read_connection, read_subscription
from app.security import access, recovery
from app.security.models import LoginSession
from app.security.tokens import create_token, revoke_token
from app.security.users import change_role, disable_user, find_user
from tests.factories import PASSWORD, make_user
from tests.realtime.live.peers import Peer
from tests.realtime.live.servers import SECRET, LiveServer
from tests.security.test_login import csrf_of, sign_in
from tests.support.redis_server import RedisServer
from tests.support.sockets import publisher
from tests.support.waiting import wait_for

MIRA = "mira@example.test"


@pytest.fixture
def socket_process(redis: Any, session_redis: RedisServer, start_live: Any) -> LiveServer:
    """A socket process of the shop that `app` is."""
    server: LiveServer = start_live(REDIS_URL=session_redis.url)
    return server


@pytest.fixture
def mira(app: Flask, client: FlaskClient) -> str:
    """Signed in in `client`; the subject."""
    user = make_user("agent", email=MIRA)
    sign_in(client, MIRA)
    return f"user:{user.public_id}"


def renew(client: FlaskClient, *channels: str) -> Any:
    headers = {"X-CSRFToken": csrf_of(client, "/")}
    return client.post("/live/tokens", headers=headers, json={"channels": channels}).json


def open_tab(server: LiveServer, client: FlaskClient, *channels: str) -> Peer:
    """A socket that listens to these private channels with the tokens of the browser's page."""
    page = renew(client)
    peer = Peer(server.port)
    wanted = [{"channel": name, "token": page["channels"][name]} for name in channels]
    answer = peer.subscribe(*wanted, "shop", token=page["connection"])
    assert all("mode" in answer[name] for name in channels)
    return peer


def log_out(client: FlaskClient) -> None:
    client.post("/logout", data={"csrf_token": csrf_of(client, "/")})


def log_in_as_somebody_else(client: FlaskClient) -> None:
    make_user("shopper", email="ada@example.test")
    form = {"email": "ada@example.test", "password": PASSWORD, "csrf_token": csrf_of(client, "/")}
    assert client.post("/login", data=form).status_code == 303


def take_the_role_away(_: FlaskClient) -> None:
    change_role(MIRA, "shopper")


def block_the_account(_: FlaskClient) -> None:
    disable_user(MIRA)


def set_a_password(_: FlaskClient) -> None:
    user = find_user(MIRA)
    assert user
    recovery.set_password(recovery.make_token(user), "another correct horse")


def end_it_from_another_browser(client: FlaskClient) -> None:
    phone = client.application.test_client()
    sign_in(phone, MIRA)
    phone.post("/account/sessions", data={"csrf_token": csrf_of(phone, "/account")})


@pytest.mark.parametrize(
    "loss",
    [
        log_out,
        log_in_as_somebody_else,
        take_the_role_away,
        block_the_account,
        set_a_password,
        end_it_from_another_browser,
    ],
)
def test_whose_login_ends_is_cut_off_from_private_channels_within_a_second(
    socket_process: LiveServer, client: FlaskClient, mira: str, loss: Any
) -> None:
    tab, old = open_tab(socket_process, client, mira, "alerts"), renew(client)
    stranger = Peer(socket_process.port)
    stranger.subscribe("shop")

    loss(client)

    assert tab.wait_closed(1.0) == 4401
    stranger.synchronise()
    again = Peer(socket_process.port)
    wanted = {"channel": "alerts", "token": old["channels"]["alerts"]}
    again.send({"type": "subscribe", "channels": [wanted], "token": old["connection"]})
    assert again.wait_closed(1.0) == 4401


def test_a_page_that_was_signed_out_comes_back_as_a_visitor(
    socket_process: LiveServer, client: FlaskClient, mira: str
) -> None:
    tab = open_tab(socket_process, client, mira)
    log_out(client)
    assert tab.wait_closed(1.0) == 4401

    fresh = renew(client)

    (visitor,) = fresh["channels"]
    assert visitor.startswith("visitor:")
    peer = Peer(socket_process.port)
    wanted = {"channel": visitor, "token": fresh["channels"][visitor]}
    assert "mode" in peer.subscribe(wanted, token=fresh["connection"])[visitor]
    peer.synchronise()


def test_a_role_that_was_taken_away_opens_nothing_after_the_next_login(
    socket_process: LiveServer, client: FlaskClient, mira: str
) -> None:
    change_role(MIRA, "shopper")
    sign_in(client, MIRA)

    tab = open_tab(socket_process, client, mira)

    assert "alerts" not in renew(client)["channels"]
    assert tab.subscribe("alerts")["alerts"] == {"error": "forbidden"}


def test_who_left_a_room_loses_that_channel_alone(
    socket_process: LiveServer, client: FlaskClient, mira: str
) -> None:
    tab = open_tab(socket_process, client, mira, "alerts")

    with transaction():
        revoke_channel("alerts", mira)

    assert tab.wait("unsubscribed", 1.0)["channels"] == ["alerts"]
    assert mira in tab.subscribe(mira)
    tab.synchronise()


def test_what_is_rolled_back_takes_nothing_away(
    socket_process: LiveServer, client: FlaskClient, mira: str
) -> None:
    tab = open_tab(socket_process, client, mira, "alerts")

    with pytest.raises(ZeroDivisionError), transaction():
        revoke_channel("alerts", mira)
        1 / 0  # noqa: B018

    tab.synchronise()
    assert not [body for body in tab.received if body["type"] == "unsubscribed"]


def test_what_was_taken_away_while_redis_was_down_is_gone_when_it_is_back(
    make_app: Any, own_redis: RedisServer, alone: LiveServer
) -> None:
    app = make_app(REDIS_URL=own_redis.url)
    with app.app_context():
        user, client = make_user("agent", email=MIRA), app.test_client()
        sign_in(client, MIRA)
        tab = open_tab(alone, client, f"user:{user.public_id}", "alerts")
        own_redis.kill()
        tab.wait("degraded")

        log_out(client)
        tab.synchronise()
        own_redis.start()
        wait_for(outbox.sweep, what="the announcement")

    assert tab.wait_closed(1.0) == 4401


def test_sockets_that_an_api_token_opened_end_with_it(
    socket_process: LiveServer, client: FlaskClient, mira: str
) -> None:
    headers = {"Authorization": f"Bearer {create_token('display', ['realtime:listen'])}"}
    body = {"userId": mira.removeprefix("user:")}
    ticket = client.post("/api/realtime/tickets", json=body, headers=headers).json["ticket"]
    program = Peer(socket_process.port, f"/ws?ticket={ticket}", origin=None)
    assert "mode" in program.subscribe("alerts")["alerts"]

    revoke_token("display")

    assert program.wait_closed(1.0) == 4401


def test_a_login_that_runs_out_soon_gives_tokens_that_do_too(client: FlaskClient, mira: str) -> None:
    with transaction():
        db.session.execute(sa.update(LoginSession).values(expires_at=clock.now_ms() + 60_000))

    page = renew(client)

    connection = read_connection(SECRET, page["connection"])
    subscription = read_subscription(SECRET, page["channels"][mira])
    assert connection and subscription
    assert 55 < connection.expires - connection.issued <= 60
    assert 55 < subscription.expires - subscription.issued <= 60


def test_who_left_a_room_of_the_chat_hears_neither_what_is_said_nor_the_notes(
    app: Flask, socket_process: LiveServer, client: FlaskClient, mira: str, session_redis: RedisServer
) -> None:
    rooms = ["room:4f", "room:4f:staff"]
    members = {mira}
    pages.register_rule(app, "room", lambda name: access.subject() in members)
    page = renew(client, *rooms)
    tab = Peer(socket_process.port)
    wanted = [{"channel": name, "token": page["channels"][name]} for name in rooms]
    answer = tab.subscribe(*wanted, "shop", token=page["connection"])
    assert all("mode" in answer[name] for name in rooms)

    members.clear()
    with transaction():
        for name in rooms:
            revoke_channel(name, mira)

    begun = time.monotonic()
    gone = [tab.wait("unsubscribed", 1.0)["channels"] for _ in rooms]
    assert time.monotonic() - begun < 1.0 and sorted(gone) == [[name] for name in rooms]
    for name in rooms:
        publisher(session_redis)(name)
    assert not renew(client, *rooms)["channels"].keys() & set(rooms)
    assert [tab.subscribe(item)[item["channel"]] for item in wanted] == [{"error": "forbidden"}] * 2
    tab.synchronise()
    assert not [body for body in tab.received if body["type"] == "message"]
