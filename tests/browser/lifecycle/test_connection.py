"""What becomes of a page whose connection ends, or never came to be, while somebody looks at it."""

import signal

import pytest
from playwright.sync_api import expect

from tests.browser.lifecycle.looks import (
    CHIP,
    OLD_STOCK,
    badge_says,
    becomes_true,
    chip_says,
    open_cup,
    set_stock,
    watch_sockets,
)
from tests.support.relay import Relay
from tests.support.shop import Shop
from tests.support.tabs import Tabs
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.mark.slow
def test_a_cut_wire_that_the_browser_says_nothing_about(wired: Shop, wire: Relay, tabs: Tabs) -> None:
    tab = open_cup(wired, tabs)

    wire.refuse()
    set_stock(wired, 3)
    chip_says(tab, "reconnecting")
    badge_says(tab, "Only 3 left")  # over HTTP meanwhile
    wire.admit()

    chip_says(tab, "live", 10)


@pytest.mark.slow
def test_two_tabs_come_back_each_by_itself(wired: Shop, wire: Relay, tabs: Tabs) -> None:
    pages = [open_cup(wired, tabs) for _ in range(2)]

    wire.refuse()
    set_stock(wired, 3)
    for tab in pages:
        chip_says(tab, "reconnecting", 10)
    wire.admit()

    for tab in pages:
        badge_says(tab, "Only 3 left")
        chip_says(tab, "live", 10)


@pytest.mark.slow
@pytest.mark.parametrize("block", [Relay.refuse, Relay.swallow], ids=["refused", "swallowed"])
def test_a_network_without_sockets(wired: Shop, wire: Relay, tabs: Tabs, block) -> None:
    block(wire)
    tab = tabs.open(wired.url + "/products/cup")
    becomes_true(tab, "window.liveshelf?.state().polling")

    set_stock(wired, 3)

    badge_says(tab, "Only 3 left")
    chip_says(tab, "offline", 12)
    expect(tab.locator(CHIP)).to_have_text(OLD_STOCK)
    wire.is_swallowing = False
    wire.admit()
    tab.evaluate("dispatchEvent(new Event('online'))")
    chip_says(tab, "live", 15)
    assert not tab.evaluate("liveshelf.state().polling")


def test_live_is_drained_and_started_again(wired: Shop, tabs: Tabs) -> None:
    tab = open_cup(wired, tabs)

    wired.kill("live", signal.SIGTERM)
    set_stock(wired, 3)
    chip_says(tab, "reconnecting")
    wired.start("live")
    wait_for(lambda: wired.get("/api/realtime/websocket")["status"] == "up", 20, "the socket process")

    badge_says(tab, "Only 3 left")
    chip_says(tab, "live", 10)


def test_live_is_replaced_under_its_pages(wired: Shop, tabs: Tabs) -> None:
    """HUP: the new worker listens before the old one closes its sockets."""
    tab = open_cup(wired, tabs)
    sockets = watch_sockets(tab)
    old = wired.worker_pids("live")

    wired.processes["live"].send_signal(signal.SIGHUP)
    wait_for(lambda: tab.wait_for_timeout(20) or sockets, 15, "the page to come back")
    set_stock(wired, 3)

    badge_says(tab, "Only 3 left")
    chip_says(tab, "live", 0.1)
    assert not set(old) & set(wired.worker_pids("live")) or len(sockets) == 1
