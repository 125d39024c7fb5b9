"""The client in the hands of a program that is not our page: many small calls, functions that hang, an early end."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Page

from .conftest import Visit
from .page import stock_message
from .shop import FakeShop, wait_until
from .test_reconnects import wind_until

PROGRAM = """async ([url, channels, options]) => {
    const { connect } = await import('/static/js/live/client.js');
    window.said = []; window.states = []; window.asked = 0;
    const address = () => { asked += 1; return asked > 1 ? `${url}?ticket=${asked}` : new Promise(() => {}); };
    const renewTokens = () => new Promise((resolve) => (window.answerRenewal = resolve));
    window.live = connect(options.hangs ? address : url, { renewTokens, recoverUrl: '/live/recover', ...options });
    live.addEventListener('state', ({ detail }) => states.push(detail));
    for (const name of channels) live.subscribe(name, {}, (message) => said.push(message.version));
}"""
Run = Callable[..., Page]


@pytest.fixture
def run(shop: FakeShop, visit: Visit) -> Run:
    """A page that runs the client by itself, without ours."""

    def start(*channels: str, fake_clock: bool = False, **options: Any) -> Page:
        tab = visit("", scripts="", fake_clock=fake_clock)
        tab.evaluate(PROGRAM, [shop.live_url, channels, options])
        return tab

    return start


def is_live(tab: Page) -> bool:
    return tab.evaluate("live.state") == "live"


def test_channels_that_are_named_one_by_one_do_not_flood_the_server(shop: FakeShop, run: Run) -> None:
    tab = run("stock:A0")
    wait_until(lambda: is_live(tab), "live")

    tab.evaluate(
        "(async () => { for (let i = 1; i <= 40; i += 1) {"
        " live.subscribe(`stock:A${i}`); await new Promise((done) => setTimeout(done, 10)); } })()"
    )

    frames = shop.connection().said
    wait_until(lambda: sum(len(frame["channels"]) for frame in frames("subscribe")) == 41, "all channels")
    assert len(frames("subscribe")) <= 8


def test_a_closed_client_is_silent_even_when_it_had_asked_for_something(shop: FakeShop, run: Run) -> None:
    shop.snapshot = [stock_message("A1", 130, "out")]
    tab = run("stock:A1")
    wait_until(lambda: is_live(tab), "live")

    with shop.holding_snapshots():
        tab.evaluate("live.refetch(['stock:A1'])")
        shop.wait_for_refetches(1)
        tab.evaluate("live.close()")

    time.sleep(0.8)
    assert tab.evaluate("[said, live.state]") == [[], "stopped"]
    assert len(shop.snapshot_queries) == 1


def test_a_client_that_is_closed_while_it_renews_its_tokens_asks_for_nothing_more(
    shop: FakeShop, run: Run
) -> None:
    tab = run("stock:A1", fake_clock=True, token="conn-1")
    wait_until(lambda: is_live(tab), "live")
    shop.connection().close(4401)
    wait_until(lambda: tab.evaluate("Boolean(window.answerRenewal)"), "the renewal")

    tab.evaluate("live.close(); answerRenewal({ connection: 'conn-2', channels: {} })")
    for _ in range(5):
        tab.clock.run_for(3_000)
        time.sleep(0.1)

    assert (len(shop.connections), shop.snapshot_queries) == (1, [])
    assert not tab.evaluate("live.isPolling")


@pytest.mark.slow
def test_an_address_that_never_comes_is_asked_for_again(shop: FakeShop, run: Run) -> None:
    tab = run("stock:A1", hangs=True)

    wait_until(lambda: is_live(tab), "live", 15)
    assert tab.evaluate("asked") == 2


def test_a_connection_that_never_lasts_is_helped_out_over_http(shop: FakeShop, run: Run) -> None:
    tab = run("stock:A1", fake_clock=True)
    tab.evaluate("Math.random = () => 0.999")
    for number in range(1, 6):
        wind_until(tab, partial(lambda number: len(shop.connections) >= number, number), f"socket {number}")
        wait_until(lambda: is_live(tab), "live")
        shop.snapshot_queries.clear()
        shop.connection(number).close(1012)

    wind_until(tab, lambda: shop.snapshot_queries, "a question over HTTP")

    assert len(shop.connections) == 5


def test_a_refused_recovery_makes_nothing_fresh(shop: FakeShop, run: Run) -> None:
    shop.snapshot_status = lambda: 403
    shop.is_refusing = True
    tab = run("stock:A1", fake_clock=True)

    def is_offline() -> bool:
        tab.clock.run_for(1_000)
        return len(shop.snapshot_queries) > 2 and tab.evaluate("live.state") == "offline"

    wait_until(is_offline, "offline")
    assert tab.evaluate("states.map(({ freshAt }) => freshAt)") == [None] * tab.evaluate("states.length")
