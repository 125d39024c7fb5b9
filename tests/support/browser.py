"""A real Chromium, and pages that fail their test when the browser complains."""

import re
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.support.waiting import PATIENCE_S

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WAIT_MS = PATIENCE_S * 1000
# The browser reports by itself that a socket or an address was refused, whatever the page does about it.
EXPECTED = re.compile(r"WebSocket connection to|Failed to load resource|WebSocket is closed before")
SPY = """
    window.violations = [];
    document.addEventListener('securitypolicyviolation',
        (event) => window.violations.push(event.violatedDirective + ' ' + event.blockedURI));
"""
NewPage = Callable[..., Page]

expect.set_options(timeout=WAIT_MS)


def chromium() -> str:
    """The program; a test that needs it is skipped where there is none."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed; `make browsers` installs it")
    return program


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """One for all that drive a browser: a second one in the same process is refused."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One for all tests of this process. What a test leaves is in contexts of its own, which end with it."""
    browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    """`new_page(locale="de")`: a page of another visitor. In the end none may have broken the CSP or logged an error."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def make(**options: object) -> Page:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        context.set_default_timeout(WAIT_MS)
        context.add_init_script(SPY)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        return page

    yield make
    open_pages = [page for context in contexts for page in context.pages]
    violations = [line for page in open_pages for line in page.evaluate("window.violations || []")]
    for context in contexts:
        context.close()
    assert violations == []
    assert [line for line in complaints if not EXPECTED.search(line)] == []


@pytest.fixture
def page(new_page: NewPage) -> Page:
    return new_page()
