"""What the page subscribes to, under the strict Content-Security-Policy."""

from __future__ import annotations

import json
import time

import pytest
from playwright.sync_api import expect

from .conftest import Visit
from .looks import DEADLINE_MS, badge_reads, is_live
from .page import CHIP, HTMX, LIVE, VISITOR, stock, stock_message
from .shop import FakeShop, Frame, never_recovered, recovered, wait_until

LARGEST_FRAME = 16_384  # what app.realtime.live.connection takes


def test_one_subscribe_frame_names_all_channels_with_their_positions_and_the_connection_token(
    shop: FakeShop, visit: Visit
) -> None:
    tab = visit(CHIP + stock("A1", 118) + stock("A1", 118) + stock("B2", 7) + stock("C3", None) + VISITOR)
    is_live(tab)

    assert shop.connection().frames == [{
        "type": "subscribe", "id": 1, "token": "conn-1", "lang": "en",
        "channels": [
            {"channel": "stock:A1", "since": {"version": 118}},
            {"channel": "stock:B2", "since": {"version": 7}},
            {"channel": "stock:C3"},
            {"channel": "visitor:ab12", "token": "sub-1", "since": {"offset": 41, "epoch": "k3f"}},
        ],
    }]  # fmt: skip
    assert len(shop.connections) == 1


def test_a_page_without_channels_opens_no_socket_until_one_is_swapped_in(
    shop: FakeShop, visit: Visit
) -> None:
    tab = visit(CHIP + '<div id="grid"></div>')
    tab.wait_for_function("() => window.liveshelf")
    time.sleep(0.3)

    assert shop.connections == []
    tab.evaluate("html => { document.querySelector('#grid').innerHTML = html }", stock())
    assert shop.connection().wait_for("subscribe")["channels"][0]["channel"] == "stock:A1"


def test_swapped_content_changes_the_subscriptions(shop: FakeShop, visit: Visit) -> None:
    tab = visit(CHIP + stock("A1") + f'<div id="grid">{stock("B2")}</div>')
    is_live(tab)

    tab.evaluate(
        "html => htmx.swap({text: html, target: '#grid', sourceElement: document.body, swap: 'innerHTML'})",
        stock("C3", 9) + CHIP,
    )

    connection = shop.connection()
    assert connection.wait_for("unsubscribe")["channels"] == ["stock:B2"]
    assert connection.wait_for("subscribe", 2)["channels"] == [
        {"channel": "stock:C3", "since": {"version": 9}}
    ]
    expect(tab.locator('[data-live-chip][data-state="live"]')).to_have_count(2, timeout=DEADLINE_MS)
    tab.evaluate("() => document.querySelectorAll('[data-channel]').forEach((host) => host.remove())")
    wait_until(lambda: connection.ended_with == 1000, "no channel, no socket")


def test_a_rate_limited_subscribe_is_said_again(shop: FakeShop, visit: Visit) -> None:
    answers = iter(
        [lambda frame: {"type": "error", "id": frame["id"], "code": "rate_limited", "message": "slow down"}]
    )
    shop.answer = lambda frame: next(answers, recovered)(frame)
    tab = visit(CHIP + stock())
    shop.connection().wait_for("subscribe")

    again = shop.connection().wait_for("subscribe", 2)

    assert again["channels"] == [{"channel": "stock:A1", "since": {"version": 118}}]
    is_live(tab)
    assert len(shop.connections) == 1


def test_a_channel_that_was_refused_for_now_is_said_again(shop: FakeShop, visit: Visit) -> None:
    def slow_down(frame: Frame) -> Frame:
        answer = recovered(frame)
        answer["channels"]["stock:B2"] = {"error": "rate_limited"}
        return answer

    answers = iter([slow_down])
    shop.answer = lambda frame: next(answers, recovered)(frame)
    tab = visit(CHIP + stock("A1") + stock("B2"))
    is_live(tab)

    again = shop.connection().wait_for("subscribe", 2)

    assert [channel["channel"] for channel in again["channels"]] == ["stock:B2"]


def test_a_long_page_is_split_into_frames_and_requests_that_the_servers_take(
    shop: FakeShop, visit: Visit
) -> None:
    shop.answer = never_recovered
    tab = visit(CHIP + "".join(stock(f"S{number:0120}") for number in range(120)))
    is_live(tab)

    asked = wait_until(
        lambda: len(names := sum(shop.snapshot_queries, [])) >= 120 and names, "every channel refetched"
    )
    frames = shop.connection().said("subscribe")
    assert sum(len(frame["channels"]) for frame in frames) == 120
    assert 1 < len(frames) < 4
    assert max(len(json.dumps(frame, separators=(",", ":"))) for frame in frames) < LARGEST_FRAME
    assert len(asked) == len(set(asked)) == 120
    assert max(len(query) for query in shop.snapshot_queries) == 100


@pytest.mark.parametrize(
    "scripts", [LIVE + HTMX, HTMX.replace(" defer", "") + LIVE, LIVE], ids=["after", "before", "late"]
)
def test_htmx_may_load_before_or_after(shop: FakeShop, visit: Visit, scripts: str) -> None:
    tab = visit(CHIP + stock(), scripts=scripts)
    if scripts == LIVE:
        time.sleep(0.2)
        assert shop.connections == []
        tab.add_script_tag(url="/static/vendor/htmx-4.0.1.min.js")
    is_live(tab)

    shop.connection().send(**stock_message("A1", 119, "out"))
    badge_reads(tab, "Sold out")
