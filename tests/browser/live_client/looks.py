"""What a visitor sees; each waits until it is so."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.support.browser import WAIT_MS

DEADLINE_MS = WAIT_MS


def chip_state(tab: Page, state: str, text: str | re.Pattern[str]) -> None:
    chip = tab.locator("[data-live-chip]")
    expect(chip).to_have_attribute("data-state", state, timeout=DEADLINE_MS)
    expect(chip.locator(".c-conn__text")).to_have_text(text, timeout=DEADLINE_MS)


def is_live(tab: Page) -> None:
    chip_state(tab, "live", "Live")


def badge_reads(tab: Page, text: str, sku: str = "A1") -> None:
    expect(tab.locator(f'[data-stock="{sku}"]').first).to_have_text(text, timeout=DEADLINE_MS)
