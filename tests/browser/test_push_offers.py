"""Pushes on this device: nothing is asked before a button is pressed, and each state says what to do."""

import pytest

from tests.browser.pushing import (
    IN_PASSING,
    PAGE,
    PANEL,
    Pushed,
    answer,
    device_of,
    open_page,
    press,
    switch_on,
    wait_for_state,
)
from tests.support.shop import open_shop

pytestmark = [pytest.mark.browser, pytest.mark.processes]

HAVE_OTHERS = """async () => {
    const { key, csrfToken } = await (await fetch('/api/realtime/push/key')).json();
    for (let n = 0; n < 5; n += 1) {
        localStorage.removeItem('pushes');
        const subscription = await PushManager.prototype.subscribe.call(null, { applicationServerKey: key });
        const { endpoint, keys } = subscription;
        const body = JSON.stringify({ endpoint, keys, applicationServerKey: key, label: `Device ${n + 1}` });
        const headers = { 'Content-Type': 'application/json', 'X-CSRFToken': csrfToken };
        await fetch('/api/realtime/push/subscriptions', { method: 'POST', body, headers });
    }
    localStorage.removeItem('pushes');
}"""


@pytest.fixture(scope="module")
def pushed():
    with open_shop() as shop:
        yield Pushed(shop)


@pytest.mark.slow
def test_no_page_asks_by_itself(pushed, page):
    for path in ("/", "/products/cup", PAGE):
        open_page(page, pushed, path)
        page.wait_for_load_state("networkidle")

        assert page.evaluate("window.asked") == 0
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0


def test_a_press_asks_and_an_answer_switches_on(pushed, page):
    open_page(page, pushed)
    wait_for_state(page, "ask")

    press(page, "on")
    wait_for_state(page, "waiting")
    assert page.evaluate("window.asked") == 1
    assert page.get_by_text("If your browser asks, choose Allow.").is_visible()
    answer(page)
    wait_for_state(page, "on")

    assert pushed.devices()[device_of(page)] == "active"
    page.locator(f"[data-device='{device_of(page)}'][data-here]").get_by_text("This device").wait_for()
    page.reload()
    wait_for_state(page, "on")
    assert page.evaluate("window.asked") == 0


def test_switching_off_ends_it_here_and_in_the_shop(pushed, page):
    open_page(page, pushed)
    switch_on(page)
    device = device_of(page)

    press(page, "off")
    wait_for_state(page, "ask")

    assert pushed.devices()[device] == "unsubscribed"
    assert page.evaluate("[localStorage.getItem('push'), localStorage.getItem('pushes')]") == [None, None]


def test_who_says_no_is_told_how_to_change_it_and_never_asked_again(pushed, page):
    open_page(page, pushed)
    wait_for_state(page, "ask")
    press(page, "on")
    answer(page, "denied")
    wait_for_state(page, "denied")

    page.reload()

    wait_for_state(page, "denied")
    assert page.locator(f"{PANEL} button:visible").count() == 0


def test_who_closes_the_question_may_press_again(pushed, page):
    open_page(page, pushed)
    wait_for_state(page, "ask")
    press(page, "on")
    answer(page, "default")

    wait_for_state(page, "ask")
    assert not set(pushed.devices()) & {device_of(page)}


def test_who_waits_for_something_is_asked_for_that_alone(pushed, page):
    open_page(page, pushed, "/products/lamp")
    page.locator("#restock [name=how]").click()
    wait_for_state(page, "ask")
    assert page.evaluate("window.asked") == 0

    press(page, "on")
    answer(page)
    wait_for_state(page, "on")

    device = device_of(page)
    assert pushed.pushes(device, "back_in_stock")
    assert not pushed.pushes(device, "price_drop")


def test_what_is_offered_in_passing_can_be_put_off_for_a_month(pushed, page):
    open_page(page, pushed, script=IN_PASSING)
    wait_for_state(page, "ask")

    press(page, "later")
    assert page.evaluate("document.activeElement.id") == "main"
    page.reload()
    page.wait_for_selector(f"{PANEL}[data-state=ask]", state="hidden")
    page.evaluate("localStorage.setItem('push:later', Date.now() - 1)")
    page.reload()

    wait_for_state(page, "ask")


@pytest.mark.parametrize("permission", ["granted", "denied"])
def test_nothing_is_said_in_passing_where_there_is_nothing_to_offer(pushed, page, permission):
    open_page(page, pushed)
    if permission == "granted":
        switch_on(page)
    page.evaluate("(it) => localStorage.setItem('permission', it)", permission)

    open_page(page, pushed, script=IN_PASSING)

    state = "on" if permission == "granted" else "denied"
    page.wait_for_selector(f"{PANEL}[data-state={state}]", state="hidden")


@pytest.mark.parametrize(
    ("script", "wanted"),
    [
        ("delete window.PushManager;", "unsupported"),
        ("Object.defineProperty(navigator, 'standalone', { value: false });", "homescreen"),
    ],
)
def test_a_browser_that_cannot_is_told_what_it_takes(pushed, page, script, wanted):
    open_page(page, pushed, script=script)

    wait_for_state(page, wanted)

    assert page.locator(f"{PANEL} button:visible").count() == 0


def test_without_javascript_the_panel_says_so(pushed, new_page):
    page = new_page(java_script_enabled=False)
    page.goto(pushed.url + PAGE)

    assert page.locator(f"{PANEL} h3:visible").all_inner_texts() == [
        "Notifications on this device need JavaScript"
    ]


def test_a_push_service_that_is_down_can_be_tried_again(pushed, page):
    open_page(page, pushed)
    wait_for_state(page, "ask")
    page.evaluate("window.isServiceDown = true")
    press(page, "on")
    answer(page)
    wait_for_state(page, "failed")
    page.get_by_text("could not reach its push service").wait_for()

    page.evaluate("window.isServiceDown = false")
    press(page, "retry")

    wait_for_state(page, "on")


def test_one_device_too_many_may_take_the_place_of_the_oldest(pushed, page):
    open_page(page, pushed)
    wait_for_state(page, "ask")
    page.evaluate(HAVE_OTHERS)
    press(page, "on")
    answer(page)
    wait_for_state(page, "failed")

    page.get_by_role("button", name="Use this one instead of Device 1").click()

    wait_for_state(page, "on")
    assert pushed.devices()[device_of(page)] == "active"
