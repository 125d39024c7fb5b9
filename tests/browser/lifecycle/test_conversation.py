"""A conversation whose page was away, or whose socket is silent: all of it arrives, once and in its order."""

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from app import create_app
from tests.browser.chatting import DAY_MS, Desk, begin, bodies, wait_for_bubble, write
from tests.browser.lifecycle.conftest import BEAT_MS
from tests.browser.lifecycle.looks import chip_says
from tests.chat.desk import add_agent
from tests.support.relay import Relay
from tests.support.shop import Shop
from tests.support.tabs import Tabs
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.slow]

MISSED = 250  # more than one page of the log
COMPLETE_WITHIN_S = 30


@pytest.fixture(scope="module")
def desk(wired: Shop) -> Desk:
    with create_app(wired.settings).app_context():
        add_agent(capacity=50, lease_ms=DAY_MS)
    return Desk(wired)


@pytest.fixture
def tab(desk: Desk, tabs: Tabs) -> Iterator[Page]:
    """The page of a new visitor who has begun a conversation."""
    tabs.context.clear_cookies()
    tab = tabs.open(desk.url)
    begin(tab, desk, "Hello")
    chip_says(tab, "live", 8)
    yield tab
    tabs.context.set_offline(False)


def wait_complete(tab: Page, replies: list[str]) -> None:
    def said() -> list[str]:
        return [body for body in bodies(tab) if body.startswith("Reply")]

    wait_for(lambda: len(said()) >= len(replies), COMPLETE_WITHIN_S, "all replies")
    assert said() == replies


def test_who_comes_back_gets_what_was_missed_and_what_is_said_meanwhile(
    desk: Desk, wire: Relay, tab: Page
) -> None:
    missed, meanwhile = (
        [f"Reply {n}" for n in numbers] for numbers in (range(MISSED), range(MISSED, MISSED + 20))
    )
    tab.context.set_offline(True)
    wire.refuse()
    chip_says(tab, "offline")
    for body in missed:
        desk.reply(body)

    talking = threading.Thread(target=lambda: [desk.reply(body) for body in meanwhile])
    talking.start()
    wire.admit()
    tab.context.set_offline(False)

    wait_complete(tab, missed + meanwhile)
    talking.join()


def test_after_a_sleep_everything_is_there(desk: Desk, wire: Relay, tab: Page, tabs: Tabs) -> None:
    sleepers = tabs.renderers()
    for pid in sleepers:
        os.kill(pid, signal.SIGSTOP)
    try:
        wire.strand()
        for number in range(3):
            desk.reply(f"Reply {number}")
        time.sleep(2 * BEAT_MS / 1000)  # long enough for the other side to hang up
    finally:
        for pid in sleepers:
            os.kill(pid, signal.SIGCONT)

    wait_complete(tab, [f"Reply {number}" for number in range(3)])


def test_a_network_that_swallows_what_the_socket_says_holds_up_nobody(
    desk: Desk, wire: Relay, tab: Page
) -> None:
    wire.swallow()

    write(tab, "Is anybody there?")
    wait_for_bubble(tab, "Is anybody there?")
    desk.reply("Reply 0")

    wait_complete(tab, ["Reply 0"])
    assert desk.heard() == ["Hello", "Is anybody there?"]
