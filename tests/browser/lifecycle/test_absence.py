"""A page that was away is right within five seconds of its return, and its chip tells the truth meanwhile."""

import os
import signal
import time

import pytest
from playwright.sync_api import expect

from tests.browser.lifecycle.conftest import BEAT_MS
from tests.browser.lifecycle.looks import (
    CHIP,
    OLD_STOCK,
    RIGHT_WITHIN_S,
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
def test_ten_seconds_offline(wired: Shop, wire: Relay, tabs: Tabs) -> None:
    tab = open_cup(wired, tabs)
    tab.context.set_offline(True)
    wire.refuse()
    chip_says(tab, "offline")
    expect(tab.locator(CHIP)).to_have_text(OLD_STOCK)

    set_stock(wired, 3)
    tab.wait_for_timeout(10_000)
    badge_says(tab, "In stock", 0.1)
    wire.admit()
    tab.context.set_offline(False)

    badge_says(tab, "Only 3 left")
    chip_says(tab, "live")


@pytest.mark.slow
def test_a_tab_that_was_frozen_while_its_connection_died(wired: Shop, wire: Relay, tabs: Tabs) -> None:
    tab = open_cup(wired, tabs)
    tab.evaluate("document.addEventListener('freeze', () => { window.wasFrozen = true })")
    other = tabs.open(wired.url + "/search?q=lamp")
    other.bring_to_front()
    tabs.freeze(tab)

    wire.strand()
    set_stock(wired, 3)
    time.sleep(1.5 * BEAT_MS / 1000 + 1)
    tabs.thaw(tab)
    tab.bring_to_front()

    badge_says(tab, "Only 3 left")
    chip_says(tab, "live")
    assert tab.evaluate("wasFrozen"), "the tab was never frozen"


@pytest.mark.slow
def test_a_laptop_that_slept_while_its_connection_died(wired: Shop, wire: Relay, tabs: Tabs) -> None:
    """No event tells a page of this: its whole process stands still, and goes on as if nothing was."""
    tab = open_cup(wired, tabs)
    sockets = watch_sockets(tab)
    sleepers = tabs.renderers()
    for pid in sleepers:
        os.kill(pid, signal.SIGSTOP)
    try:
        wire.strand()
        set_stock(wired, 3)
        time.sleep(2 * BEAT_MS / 1000)
    finally:
        for pid in sleepers:
            os.kill(pid, signal.SIGCONT)

    badge_says(tab, "Only 3 left")
    wait_for(lambda: tab.wait_for_timeout(50) or sockets, RIGHT_WITHIN_S, "a new socket")
    chip_says(tab, "live")


def test_a_page_from_the_back_forward_cache(wired: Shop, tabs: Tabs) -> None:
    tab = open_cup(wired, tabs)
    tab.evaluate("addEventListener('pageshow', ({ persisted }) => { window.cameBack = persisted })")
    tab.goto(wired.url + "/products/vase")
    chip_says(tab, "live", 8)

    set_stock(wired, 3)
    tab.go_back(wait_until="commit")

    becomes_true(tab, "window.cameBack !== undefined")
    assert tab.evaluate("cameBack"), "the page was loaded again, not restored"
    badge_says(tab, "Only 3 left")
    chip_says(tab, "live")


@pytest.mark.slow
def test_a_tab_hidden_for_over_a_minute(wired: Shop, wire: Relay, tabs: Tabs) -> None:
    tab = open_cup(wired, tabs)
    other = tabs.open(wired.url + "/search?q=lamp")
    other.bring_to_front()
    becomes_true(tab, "document.hidden")

    tab.wait_for_timeout(58_000)
    wire.strand()
    set_stock(wired, 3)
    tab.wait_for_timeout(4_000)
    tab.bring_to_front()

    badge_says(tab, "Only 3 left")
    chip_says(tab, "live")
