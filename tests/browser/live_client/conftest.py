"""A browser, a scripted shop, and a visit that fails when the CSP or the console complains."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser import EXPECTED, WAIT_MS

from .page import page
from .shop import FakeShop

SPY = """
    window.violations = []; window.heard = []; window.resets = [];
    document.addEventListener('securitypolicyviolation',
        (e) => violations.push(e.violatedDirective + ' ' + e.blockedURI));
    document.addEventListener('live:message', (e) => heard.push(e.detail));
    document.addEventListener('live:reset', (e) => resets.push(e.detail.channels));
"""
Visit = Callable[..., Page]


@pytest.fixture
def shop() -> Iterator[FakeShop]:
    shop = FakeShop()
    shop.start()
    yield shop
    shop.stop()


@pytest.fixture
def visit(browser: Browser, shop: FakeShop) -> Iterator[Visit]:
    """Opens a page with this body; with `fake_clock` its timers can be wound forward."""
    context = browser.new_context()
    context.set_default_timeout(WAIT_MS)
    context.add_init_script(SPY)
    complaints: list[str] = []
    pages: list[Page] = []

    def open_page(body: str, *, fake_clock: bool = False, **options: Any) -> Page:
        shop.page = page(shop.live_url, body, **options)
        tab = context.new_page()
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        if fake_clock:
            tab.clock.install()
        tab.goto(shop.url)
        pages.append(tab)
        return tab

    yield open_page
    violations = [line for tab in pages for line in tab.evaluate("violations")]
    context.close()
    assert violations == []
    assert [line for line in complaints if not EXPECTED.search(line)] == []
