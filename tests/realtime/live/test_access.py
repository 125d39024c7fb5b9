"""Who may open a socket, and who may hear what."""

import json
from typing import Any

import pytest

from app.realtime import tokens
from tests.realtime.live.conftest import Publish
from tests.realtime.live.peers import Peer, RawPeer
from tests.realtime.live.servers import SECRET, LiveServer


def right(
    channel: str, subject: str, session: str = "s1", lifetime_s: float = 600, secret: str = SECRET
) -> dict[str, Any]:
    return {
        "channel": channel,
        "token": tokens.sign_subscription(secret, channel, subject, session, lifetime_s),
    }


def identity(subject: str, session: str = "s1", lifetime_s: float = 600) -> str:
    return tokens.sign_connection(SECRET, subject, session, lifetime_s)


@pytest.mark.parametrize(
    "headers, status",
    [
        ({}, 101),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:3001.evil.example"}, 403),
        ({"Origin": "http://localhost"}, 403),
        ({"Origin": "http://evil-localhost:3001"}, 403),
        ({"Origin": "http://shop.localhost:3001"}, 403),
        ({"Origin": "http://localhost:30011"}, 403),
        ({"Origin": "https://localhost:3001"}, 403),
        ({"Origin": "HTTP://LOCALHOST:3001"}, 403),
        ({"Origin": "http://localhost:3001/"}, 403),
        ({"Origin": "http://localhost:3001, https://evil.example"}, 403),
        ({"Origin": "null", "Cookie": "sid=x"}, 403),
        ({"Origin": ""}, 101),
        ({"Origin": "", "Cookie": "session=x"}, 403),
        ({"Cookie": "session=x"}, 101),
        ({"Sec-WebSocket-Version": "8"}, 426),
        ({"Sec-WebSocket-Key": "short"}, 400),
        ({"Upgrade": "", "Connection": ""}, 426),
    ],
)
def test_a_socket_is_refused_with_plain_http_before_it_opens(
    live: LiveServer, headers: dict[str, str], status: int
) -> None:
    peer = RawPeer(live.port, headers)

    assert peer.status == status


def test_a_private_channel_opens_with_its_token(peer: Peer, send: Publish) -> None:
    answer = peer.subscribe(right("user:7", "user:7"), token=identity("user:7"))
    send("user:7", data={"order": 3})

    assert answer["user:7"]["mode"] == "event"
    assert peer.wait("message")["data"] == {"order": 3}


@pytest.mark.parametrize(
    "wanted",
    [
        {"channel": "user:7"},
        {"channel": "user:7", "token": "nonsense"},
        {"channel": "user:7", "token": ".é"},
        {"channel": "user:7", "token": identity("user:7")},
        {"channel": "user:7", "token": right("user:8", "user:7")["token"]},
        right("user:7", "user:7", secret="another secret of another shop"),
        right("user:7", "user:8"),
        right("user:7", "user:7", session="s2"),
        right("user:7", "user:7", lifetime_s=-1),
    ],
)
def test_a_private_channel_stays_shut(peer: Peer, send: Publish, wanted: dict[str, Any]) -> None:
    assert peer.subscribe(wanted, "stock:OPEN", token=identity("user:7"))["user:7"] == {"error": "forbidden"}

    send("user:7")
    send("stock:OPEN", version=send("shop").offset)
    peer.wait("message")

    assert not peer.messages("user:7")


def test_a_token_for_a_channel_says_who_is_there_when_nobody_said_before(peer: Peer) -> None:
    assert "mode" in peer.subscribe(right("visitor:ab", "visitor:ab"))["visitor:ab"]

    assert peer.subscribe(right("user:7", "user:7"))["user:7"] == {"error": "forbidden"}


def test_an_old_connection_token_does_not_keep_from_public_channels(peer: Peer) -> None:
    answer = peer.subscribe("stock:P1", token=identity("user:7", lifetime_s=-1))

    assert answer["stock:P1"]["mode"] == "state"


def test_what_one_person_opened_is_closed_to_the_next_on_the_same_socket(peer: Peer, send: Publish) -> None:
    peer.subscribe(right("visitor:ab", "visitor:ab"), token=identity("visitor:ab"))

    peer.send({"type": "subscribe", "channels": [right("user:7", "user:7")], "token": identity("user:7")})

    assert peer.wait("unsubscribed")["channels"] == ["visitor:ab"]
    assert "mode" in peer.wait("subscribed")["channels"]["user:7"]


@pytest.mark.parametrize("subject", ["user:ab12", "visitor:ab12"])
@pytest.mark.parametrize(
    ("named", "code"),
    [
        ("", None),
        ("ab12", None),
        ("{}", None),
        ("cd34", 4403),
        ("user:cd34", 4403),
        ("AB12", 4403),
        ("ab1", 4403),
    ],
)
def test_the_user_in_the_address_is_nobody_else_than_the_token_s(
    live: LiveServer, subject: str, named: str, code: int | None
) -> None:
    peer = Peer(live.port, f"/ws?userId={named.format(subject)}")
    peer.send({"type": "subscribe", "channel": "stock:U1", "token": identity(subject)})
    peer.send({"type": "ping"})

    end = peer.wait("disconnect" if code else "pong")

    assert (end.get("code"), end.get("reconnect", False)) == (code, False)


def test_a_page_that_becomes_somebody_else_may_not_keep_the_old_name(live: LiveServer) -> None:
    peer = Peer(live.port, "/ws?userId=7")
    peer.subscribe(right("user:7", "user:7"), token=identity("user:7"))

    peer.send({"type": "subscribe", "channel": "stock:U2", "token": identity("user:8")})

    assert peer.wait_closed() == 4403


@pytest.mark.parametrize(
    "name",
    [
        "order:../user:7",
        "user:../7",
        "user:7:staff",
        "user:ü",
        "user:７",
        "user:7\u200b",
        "USER:7",
        "user",
        "user:*",
        " user:7",
    ],
)
def test_no_spelling_of_a_name_opens_what_is_private(peer: Peer, name: str) -> None:
    peer.subscribe("stock:U3", token=identity("user:8"))

    peer.send(f'{{"type":"subscribe","channel":"{name}"}}')

    assert peer.wait("subscribed")["channels"][json.loads(f'"{name}"')] in (
        {"error": "forbidden"},
        {"error": "unknown_channel"},
    )


def test_a_name_of_10_kb_is_an_error_and_no_channel(peer: Peer) -> None:
    peer.send({"type": "subscribe", "channel": "stock:" + "A" * 10_000})

    assert peer.wait("error")["code"] == "bad_request"
    peer.synchronise()


def test_the_user_in_the_address_is_a_label_that_grants_nothing(live: LiveServer) -> None:
    peer = Peer(live.port, "/ws?userId=7%0Aforged")

    peer.wait("hello")

    assert peer.subscribe("user:7")["user:7"] == {"error": "forbidden"}
