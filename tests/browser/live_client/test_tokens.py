"""How the page keeps its right to listen."""

from __future__ import annotations

import time

from .conftest import Visit
from .looks import chip_state, is_live
from .page import CHIP, VISITOR, stock
from .shop import FakeShop


def test_an_expired_session_gets_new_tokens_once_and_reconnects(shop: FakeShop, visit: Visit) -> None:
    shop.tokens = {"connection": "conn-2", "channels": {"visitor:ab12": "sub-2"}}
    tab = visit(CHIP + stock() + VISITOR)
    is_live(tab)

    shop.connection().close(4401)

    frame = shop.connection(2).wait_for("subscribe")
    assert (frame["token"], frame["channels"][1]["token"]) == ("conn-2", "sub-2")
    assert shop.token_requests == ["csrf-1"]
    is_live(tab)


def test_without_new_tokens_only_the_public_channels_go_on(shop: FakeShop, visit: Visit) -> None:
    shop.tokens = None
    tab = visit(CHIP + stock() + VISITOR)
    is_live(tab)

    shop.connection().close(4401)

    frame = shop.connection(2).wait_for("subscribe")
    assert "token" not in frame
    assert [channel["channel"] for channel in frame["channels"]] == ["stock:A1"]
    shop.connection(2).close(4401)
    chip_state(tab, "stopped", "Reload for live stock")
    time.sleep(0.8)
    assert (len(shop.connections), len(shop.token_requests)) == (2, 1)


def test_tokens_are_renewed_after_eight_minutes_and_private_channels_subscribed_again(
    shop: FakeShop, visit: Visit
) -> None:
    shop.tokens = {"connection": "conn-2", "channels": {"visitor:ab12": "sub-2"}}
    tab = visit(CHIP + stock() + VISITOR, fake_clock=True)
    is_live(tab)

    for _ in range(13):  # the server is never silent for 45 s
        tab.clock.fast_forward(40_000)
        shop.connection().send(type="ping")
        tab.wait_for_timeout(20)

    frame = shop.connection().wait_for("subscribe", 2)
    assert frame["token"] == "conn-2"
    assert frame["channels"] == [
        {"channel": "visitor:ab12", "token": "sub-2", "since": {"offset": 41, "epoch": "k3f"}}
    ]
    assert (len(shop.connections), len(shop.token_requests)) == (1, 1)


def test_a_right_that_is_taken_back_is_asked_for_once_more(shop: FakeShop, visit: Visit) -> None:
    shop.tokens = {"connection": "conn-2", "channels": {"visitor:ab12": "sub-2"}}
    tab = visit(CHIP + stock() + VISITOR)
    is_live(tab)

    shop.connection().send(type="unsubscribed", channels=["visitor:ab12"])

    again = shop.connection().wait_for("subscribe", 2)
    assert [(channel["channel"], channel["token"]) for channel in again["channels"]] == [
        ("visitor:ab12", "sub-2")
    ]
    shop.tokens = {"connection": "conn-3", "channels": {}}
    shop.connection().send(type="unsubscribed", channels=["visitor:ab12"])
    time.sleep(0.5)
    assert len(shop.connection().said("subscribe")) == 2
    is_live(tab)
