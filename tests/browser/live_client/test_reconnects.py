"""How the client comes back, and when it does not."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from .conftest import Visit
from .looks import badge_reads, chip_state, is_live
from .page import CHIP, stock, stock_message
from .shop import FakeShop, wait_until


def wind_until(tab: Page, condition: Callable[[], Any], what: str) -> None:
    def wind() -> Any:
        tab.clock.run_for(1_000)
        return condition()

    wait_until(wind, what)


def test_after_a_restart_the_page_comes_back_with_its_newest_version(shop: FakeShop, visit: Visit) -> None:
    tab = visit(CHIP + stock())
    is_live(tab)
    shop.connection().send(**stock_message("A1", 125, "out"))
    badge_reads(tab, "Sold out")

    shop.connection().send(type="disconnect", code=1012, reason="restart", reconnect=True)
    again = shop.connection(2)
    assert again.wait_for("subscribe")["channels"] == [
        {"channel": "stock:A1", "since": {"version": 125, "epoch": "k3f"}}
    ]
    again.close(1012)
    third = shop.connection(3)
    third.wait_for("subscribe")
    third.send(**stock_message("A1", 126, "in"))

    badge_reads(tab, "In stock")
    assert [connection.ended_with for connection in shop.connections[:2]] != [None, None]


@pytest.mark.parametrize("code", [4403, 4429])
def test_a_final_close_code_stops_the_client(shop: FakeShop, visit: Visit, code: int) -> None:
    tab = visit(CHIP + stock())
    is_live(tab)

    shop.connection().close(code)

    chip_state(tab, "stopped", "Reload for live stock")
    time.sleep(1.2)
    assert (len(shop.connections), shop.snapshot_queries) == (1, [])


def test_a_server_that_says_not_to_come_back_is_obeyed(shop: FakeShop, visit: Visit) -> None:
    tab = visit(CHIP + stock())
    is_live(tab)

    shop.connection().send(type="disconnect", code=1012, reason="closed", reconnect=False)

    chip_state(tab, "stopped", "Reload for live stock")
    time.sleep(0.8)
    assert len(shop.connections) == 1


def test_two_failed_connects_start_polling_until_the_socket_is_back(shop: FakeShop, visit: Visit) -> None:
    shop.is_refusing = True
    shop.snapshot = [stock_message("A1", 130, "out")]
    tab = visit(CHIP + stock(), fake_clock=True)

    wind_until(tab, lambda: len(shop.snapshot_queries) >= 2, "two polls")
    badge_reads(tab, "Sold out")
    assert shop.refused >= 2
    assert tab.evaluate("liveshelf.state().polling")
    chip = tab.locator("[data-live-chip]")
    wind_until(tab, lambda: chip.get_attribute("data-state") == "offline", "offline")

    shop.is_refusing = False
    wind_until(tab, lambda: shop.connections, "a socket again")
    assert shop.connection().wait_for("subscribe")["channels"] == [
        {"channel": "stock:A1", "since": {"version": 130, "epoch": "k3f"}}
    ]
    is_live(tab)
    assert not tab.evaluate("liveshelf.state().polling")
    asked = len(shop.snapshot_queries)
    tab.clock.run_for(10_000)
    assert len(shop.snapshot_queries) <= asked + 1  # one may have been on its way


def test_while_polling_a_restored_database_may_go_back_to_a_lower_version(
    shop: FakeShop, visit: Visit
) -> None:
    shop.is_refusing = True
    shop.snapshot = [stock_message("A1", 130, "out")]
    tab = visit(CHIP + stock(), fake_clock=True)
    wind_until(tab, lambda: shop.snapshot_queries, "a poll")
    badge_reads(tab, "Sold out")

    shop.snapshot = [stock_message("A1", 5, "in")]
    shop.epoch = "new"
    badge = tab.locator('[data-stock="A1"]')
    wind_until(tab, lambda: badge.text_content() == "In stock", "the restored stock")

    asked = len(shop.snapshot_queries)
    tab.clock.run_for(10_000)
    assert len(shop.snapshot_queries) <= asked + 5, "each poll asked again at once"
    badge_reads(tab, "In stock")


def test_silence_makes_the_client_reconnect_and_pings_prevent_it(shop: FakeShop, visit: Visit) -> None:
    tab = visit(CHIP + stock(), fake_clock=True)
    is_live(tab)

    for _ in range(2):
        tab.clock.run_for(40_000)
        shop.connection().send(type="ping")
        tab.wait_for_timeout(100)
    assert len(shop.connections) == 1

    tab.clock.run_for(46_000)
    shop.connection(2).wait_for("subscribe")
    is_live(tab)


@pytest.mark.parametrize(("beat", "patience"), [(60_000, 90_000), (1_000, 10_000)])
def test_how_long_the_server_may_be_silent_follows_from_its_beat(
    shop: FakeShop, visit: Visit, beat: int, patience: int
) -> None:
    shop.beat = beat
    tab = visit(CHIP + stock(), fake_clock=True)
    is_live(tab)

    tab.clock.run_for(patience - 2_000)
    tab.wait_for_timeout(100)
    assert len(shop.connections) == 1

    tab.clock.run_for(3_000)
    shop.connection(2).wait_for("subscribe")
    is_live(tab)


def test_a_page_from_the_back_forward_cache_reconnects_and_refetches(shop: FakeShop, visit: Visit) -> None:
    shop.snapshot = [stock_message("A1", 119, "out")]
    tab = visit(CHIP + stock())
    is_live(tab)

    tab.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    wait_until(lambda: shop.connection().ended_with == 1000, "closed while cached")
    tab.evaluate("() => document.body.append(document.createElement('i'))")
    time.sleep(0.5)
    assert len(shop.connections) == 1
    tab.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")

    shop.connection(2).wait_for("subscribe")
    badge_reads(tab, "Sold out")
    is_live(tab)
    assert (len(shop.connections), shop.snapshot_queries) == (2, [["stock:A1"]])


def test_a_tab_hidden_for_over_a_minute_refetches_when_it_is_seen_again(shop: FakeShop, visit: Visit) -> None:
    shop.snapshot = [stock_message("A1", 119, "out")]
    tab = visit(CHIP + stock(), fake_clock=True)
    is_live(tab)
    hide = """hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
              document.dispatchEvent(new Event('visibilitychange')) }"""

    tab.evaluate(hide, True)
    tab.clock.fast_forward(30_000)
    tab.evaluate(hide, False)
    tab.clock.run_for(400)
    shop.connection().send(type="ping")
    tab.wait_for_timeout(100)
    assert shop.snapshot_queries == []

    tab.evaluate(hide, True)
    for _ in range(2):
        tab.clock.fast_forward(31_000)
        shop.connection().send(type="ping")
        tab.wait_for_timeout(50)
    tab.evaluate(hide, False)
    tab.clock.run_for(400)
    badge_reads(tab, "Sold out")
    assert len(shop.snapshot_queries) == 1


def test_a_page_that_slept_asks_at_once_and_trusts_its_socket_again_after_an_answer(
    shop: FakeShop, visit: Visit
) -> None:
    tab = visit(CHIP + stock(), fake_clock=True)
    is_live(tab)
    shop.snapshot = [stock_message("A1", 119, "out")]

    tab.clock.fast_forward(20_000)
    tab.clock.run_for(400)

    badge_reads(tab, "Sold out")
    shop.connection().wait_for("ping")
    tab.clock.run_for(5_000)
    is_live(tab)
    assert len(shop.connections) == 1


def test_a_server_that_lets_nothing_through_is_noticed_before_its_connection_fails(
    shop: FakeShop, visit: Visit
) -> None:
    """A proxy may accept a socket and swallow all that is said on it."""
    shop.answer = lambda frame: {"type": "ping"}
    shop.snapshot = [stock_message("A1", 119, "out")]
    tab = visit(CHIP + stock(), fake_clock=True)
    shop.connection().wait_for("subscribe")

    tab.clock.run_for(4_500)

    badge_reads(tab, "Sold out")
    assert tab.evaluate("liveshelf.state().polling")
