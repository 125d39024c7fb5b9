"""Chromium as people have it: its tabs are hidden, frozen and kept in the back/forward cache, which a test tool's own
browser never does.
"""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright

from tests.support.browser import EXPECTED, FLAGS, SPY, WAIT_MS, chromium
from tests.support.waiting import wait_for

OWN_FLAGS = ["--headless=new", "--remote-debugging-port=0", "--no-first-run"]
START_S = 60.0
STOP_S = 30.0


class Tabs:
    """The tabs of one window. Those of a test are closed after it."""

    def __init__(self, context: BrowserContext):
        self.context = context
        self.complaints: list[str] = []

    def open(self, url: str) -> Page:
        tab = self.context.new_page()
        tab.set_default_timeout(WAIT_MS)
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        tab.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)
        tab.goto(url)
        return tab

    def freeze(self, tab: Page) -> None:
        """As the browser does with a hidden tab to save power: no timer runs and no message is handled."""
        self._set_lifecycle(tab, "frozen")

    def thaw(self, tab: Page) -> None:
        self._set_lifecycle(tab, "active")

    def _set_lifecycle(self, tab: Page, state: str) -> None:
        session = self.context.new_cdp_session(tab)
        session.send("Page.setWebLifecycleState", {"state": state})
        session.detach()

    def renderers(self) -> list[int]:
        """The processes that run pages."""
        assert self.context.browser
        session = self.context.browser.new_browser_cdp_session()
        processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
        session.detach()
        return [int(process["id"]) for process in processes if process["type"] == "renderer"]

    def close_all(self) -> None:
        for tab in self.context.pages[1:]:
            tab.close()


@contextmanager
def open_window(playwright: Playwright) -> Iterator[Tabs]:
    with tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as folder:
        command = [chromium(), *FLAGS, *OWN_FLAGS, f"--user-data-dir={folder}", "about:blank"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            port = wait_for(lambda: read_port(Path(folder)), START_S, "Chromium")
            address = f"http://127.0.0.1:{port}"
            browser = playwright.chromium.connect_over_cdp(address, no_defaults=True)
            browser.contexts[0].add_init_script(SPY)
            yield Tabs(browser.contexts[0])
            browser.close()
        finally:
            process.terminate()
            process.wait(STOP_S)


def read_port(folder: Path) -> str | None:
    file = folder / "DevToolsActivePort"
    return file.read_text().split()[0] if file.is_file() else None


@pytest.fixture(scope="module")
def window(playwright: Playwright) -> Iterator[Tabs]:
    with open_window(playwright) as tabs:
        yield tabs


@pytest.fixture
def tabs(window: Tabs) -> Iterator[Tabs]:
    """In the end none may have broken the CSP or logged an error."""
    window.complaints.clear()
    yield window
    violations = [line for tab in window.context.pages for line in tab.evaluate("window.violations || []")]
    window.close_all()
    assert violations == []
    assert [line for line in window.complaints if not EXPECTED.search(line)] == []
