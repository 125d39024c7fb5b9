"""Chromium as the rigs drive it: the system's own where there is one."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Playwright, ViewportSize, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
VIEWPORT = ViewportSize(width=1280, height=800)
# Root, as in a container, gets no sandbox.
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage"]


@contextmanager
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


def launch(driver: Playwright) -> Browser:
    return driver.chromium.launch(executable_path=find_browser(), args=FLAGS)


def find_browser() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)
