"""What visitors see and hear about the state of the connection and of the stock."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from .conftest import Visit
from .looks import DEADLINE_MS, badge_reads, chip_state, is_live
from .page import ANNOUNCER, CHIP, stock, stock_message
from .shop import FakeShop


def test_the_chip_names_each_stage_of_a_lost_connection(shop: FakeShop, visit: Visit) -> None:
    tab = visit(CHIP + stock(), fake_clock=True)
    is_live(tab)
    shop.is_refusing = True

    shop.connection().close(1012)
    tab.wait_for_timeout(100)
    tab.clock.run_for(1_500)
    chip_state(tab, "live", "Live")
    tab.clock.run_for(1_000)
    chip_state(tab, "reconnecting", "Reconnecting…")
    tab.clock.run_for(9_000)
    chip_state(tab, "offline", re.compile(r"^Stock as of \d\d:\d\d$"))


def test_degraded_pauses_the_chip_and_restored_brings_it_back(shop: FakeShop, visit: Visit) -> None:
    tab = visit(CHIP + CHIP.replace("<p", "<div").replace("</p", "</div") + stock())
    expect(tab.locator('[data-live-chip][data-state="live"]')).to_have_count(2, timeout=DEADLINE_MS)

    shop.connection().send(type="degraded", since=1)
    expect(tab.locator('[data-live-chip][data-state="paused"]')).to_have_count(2, timeout=DEADLINE_MS)
    shop.connection().send(type="ping")
    tab.wait_for_timeout(50)
    expect(tab.locator(".c-conn__text").first).to_have_text("Live updates paused")

    shop.connection().send(type="restored")
    expect(tab.locator('[data-live-chip][data-state="live"]')).to_have_count(2, timeout=DEADLINE_MS)
    assert len(shop.connections) == 1


def test_only_a_change_of_state_is_announced_and_at_most_every_five_seconds(
    shop: FakeShop, visit: Visit
) -> None:
    tab = visit(CHIP + stock("A1", 118, "low") + stock("B2") + ANNOUNCER, fake_clock=True)
    is_live(tab)
    connection = shop.connection()
    tab.evaluate("""() => { window.said = []; const region = document.querySelector('[data-live-announce]');
        new MutationObserver(() => said.push(region.textContent)).observe(region, {childList: true}) }""")

    connection.send(**stock_message("A1", 119, "low", "Only 2 left"))
    connection.send(**stock_message("B2", 119, "out"))
    badge_reads(tab, "Sold out", "B2")
    badge_reads(tab, "Only 2 left")
    assert tab.evaluate("said") == []

    connection.send(**stock_message("A1", 120, "out"))
    connection.send(**stock_message("A1", 121, "in"))
    connection.send(**stock_message("A1", 122, "back"))
    badge_reads(tab, "Back 12 Dec")
    assert tab.evaluate("said") == ["Sold out"]
    tab.clock.run_for(5_000)
    assert tab.evaluate("said") == ["Sold out", "Back 12 Dec"]


def test_a_visible_change_is_highlighted_unless_motion_is_unwanted(shop: FakeShop, visit: Visit) -> None:
    tab = visit(CHIP + stock(), fake_clock=True)
    is_live(tab)
    changed = tab.locator("[data-changed]")

    shop.connection().send(**stock_message("A1", 119, "low"))
    expect(tab.locator('[data-version="119"]')).to_have_count(1, timeout=DEADLINE_MS)
    assert changed.count() == 0
    shop.connection().send(**stock_message("A1", 120, "out"))
    expect(changed).to_have_count(1, timeout=DEADLINE_MS)
    tab.clock.run_for(1_300)
    expect(changed).to_have_count(0)

    tab.emulate_media(reduced_motion="reduce")
    shop.connection().send(**stock_message("A1", 121, "in"))
    badge_reads(tab, "In stock")
    assert changed.count() == 0


def test_going_offline_is_said_at_once_and_an_answer_takes_it_back(shop: FakeShop, visit: Visit) -> None:
    tab = visit(CHIP + stock())
    is_live(tab)

    tab.evaluate("dispatchEvent(new Event('offline'))")
    shop.connection().wait_for("ping")
    is_live(tab)
    tab.context.set_offline(True)
    shop.connection().close(1012)
    chip_state(tab, "offline", re.compile("Stock as of"))
    tab.context.set_offline(False)

    shop.connection(2).wait_for("subscribe")
    is_live(tab)
