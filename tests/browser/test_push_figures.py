"""What became of the notifications, and a mail as its reader sees it, in a real browser."""

import pytest
from flask import current_app

from app.notifications.mailing import fallback
from tests.browser.test_pages import overflow, violations
from tests.factories import PASSWORD, make_user
from tests.notifications.devices import MOZILLA
from tests.notifications.telling import register, tell
from tests.notifications.test_fallback import BY_MAIL
from tests.notifications.test_rollups import send
from tests.support.shop import open_shop

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.slow]

FIGURES = "/staff/notifications"


def tell_and_send():
    register(current_app, **BY_MAIL)
    make_user("admin", email="ines@example.test")
    tell(f"user:{make_user(email='ada@example.test').public_id}")
    fallback.send_due()
    send(6, hours_ago=0, latency_ms=80)
    send(1, hours_ago=0, state="failed", reason="http_400", service=MOZILLA)


@pytest.fixture(scope="module")
def shop():
    with open_shop("redis", "web", "live", seed=tell_and_send) as shop:
        yield shop


def open_as_admin(shop, page, path):
    page.goto(shop.url + path)
    page.locator("#email").fill("ines@example.test")
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(shop, new_page, width):
    page = new_page(viewport={"width": width, "height": 900})
    open_as_admin(shop, page, FIGURES)
    problems = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for path in (FIGURES, "/mails", "/mails/1"):
            page.goto(shop.url + path)
            page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true })")
            found = [*violations(page), *(["scrolls sideways"] if overflow(page) > 0 else [])]
            problems[scheme, path] = found

    assert {name: found for name, found in problems.items() if found} == {}


def test_a_mail_is_shown_in_a_frame_and_its_links_open_beside_it(shop, browser):
    """Not of `new_page`, whose own script is refused in there, and logged, like any other."""
    page = browser.new_page()
    page.goto(f"{shop.url}/mails/1")
    mail = page.frame_locator("iframe")

    mail.get_by_role("heading", name="Ada, your parcel is on its way").wait_for()
    assert mail.get_by_role("link", name="Show me").evaluate("each => getComputedStyle(each).color") == (
        "rgb(255, 255, 255)"
    )
    with page.expect_popup() as opened:
        mail.get_by_role("link", name="Choose what you are told about").click()

    assert opened.value.url.endswith("/notifications/settings")
    page.context.close()
