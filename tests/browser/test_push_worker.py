"""What the service worker does with what arrives, whatever arrives, and with what people do with it."""

import json

import pytest

from tests.browser.pushing import Pushed, Worker, open_page, switch_on
from tests.support.shop import open_shop
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.fixture(scope="module")
def pushed():
    with open_shop() as shop:
        yield Pushed(shop)


@pytest.fixture
def device_page(pushed, new_page):
    """A page of a browser that takes pushes."""
    page = new_page(permissions=["notifications"])
    open_page(page, pushed)
    switch_on(page)
    return page


@pytest.fixture
def device(device_page):
    return device_page.evaluate("JSON.parse(localStorage.getItem('push')).id")


@pytest.fixture
def worker(device_page):
    return Worker(device_page)


def wait_for_marks(worker, pushed, delivery, kinds):
    def has_marks():
        return worker.page.wait_for_timeout(50) or pushed.marks(delivery) == kinds

    wait_for(has_marks, 5, f"{kinds}, not {pushed.marks(delivery)}")


def test_what_the_shop_sends_is_shown_and_marked(pushed, device, worker):
    delivery, sent = pushed.tell(device, "shown")

    worker.deliver(sent)

    [shown] = worker.wait_for_shown(1)
    assert (shown["title"], shown["body"]) == ("The cup is back", "Come and see it.")
    assert shown["data"]["path"] == "/products/cup"
    wait_for_marks(worker, pushed, delivery, {"displayed"})


# The last ones have a title, and other things in them that no browser can show.
ODD = [
    "",
    "no json",
    "null",
    "[]",
    '"text"',
    "{}",
    '{"notification": null}',
    '{"notification": {"title": 7}}',
    '{"notification": {"title": "A", "lang": {}, "actions": 5}}',
    '{"notification": {"title": "A", "actions": [{"action": {}}], "navigate": "http://["}}',
]


def test_whatever_arrives_something_is_shown(worker):
    for sent in ODD:
        worker.deliver(sent)
        assert worker.wait_for_shown(1)[0]["title"] in ("There is news for you", "A"), sent
        worker.clear()


def test_what_comes_twice_is_there_once(pushed, device, worker):
    _, sent = pushed.tell(device, "twice")

    for _ in range(2):
        worker.deliver(sent)
    worker.deliver("another, so that both have been handled")

    assert len(worker.wait_for_shown(2)) == 2


def test_the_same_matter_replaces_and_another_does_not(worker):
    for title, tag in (("Packed", "order"), ("Sent", "order"), ("A reply", "chat")):
        worker.deliver_json({"notification": {"title": title, "tag": tag, "navigate": "/"}})

    shown = worker.wait_for_shown(2)

    assert {each["title"] for each in shown} == {"Sent", "A reply"}


def test_a_click_closes_it_and_is_marked(pushed, device, worker):
    delivery, sent = pushed.tell(device, "clicked")
    worker.deliver(sent)
    worker.wait_for_shown(1)

    worker.press("notificationclick")

    wait_for_marks(worker, pushed, delivery, {"displayed", "clicked"})
    worker.wait_for_shown(0)


def test_a_click_goes_to_the_page_if_it_is_open_and_else_opens_the_address_that_counts(
    pushed, device, worker
):
    _, sent = pushed.tell(device, "leads")
    worker.deliver(sent)
    worker.wait_for_shown(1)
    worker.scope.evaluate(
        """() => {
            self.opened = [];
            self.clients.openWindow = async (url) => { self.opened.push(url); };
            WindowClient.prototype.focus = async function () { self.opened.push(`focus ${this.url}`); };
        }"""
    )

    worker.press("notificationclick")
    worker.wait_for_shown(0)
    other = worker.page.context.new_page()
    other.goto(f"{pushed.url}/products/cup")
    worker.deliver(sent)
    worker.wait_for_shown(1)
    worker.press("notificationclick")
    worker.wait_for_shown(0)
    worker.deliver(sent)
    worker.wait_for_shown(1)
    worker.press("notificationclick", "cart")

    def opened():
        return worker.page.wait_for_timeout(50) or worker.scope.evaluate("self.opened")

    wait_for(lambda: len(opened()) == 3, 5, "three ways")
    first, second, third = opened()
    told = json.loads(sent)["notification"]
    assert first == told["navigate"]
    assert second == f"focus {pushed.url}/products/cup"
    assert third == told["actions"][0]["navigate"]


def test_an_address_of_another_site_is_never_opened(pushed, worker):
    worker.scope.evaluate("self.clients.openWindow = async (url) => { self.opened = url; }")
    worker.deliver_json({"notification": {"title": "Look", "navigate": "https://elsewhere.example/n/x"}})
    worker.wait_for_shown(1)

    worker.press("notificationclick")

    wait_for(
        lambda: worker.page.wait_for_timeout(50) or worker.scope.evaluate("self.opened") == pushed.url,
        5,
        "home",
    )


def test_what_is_swept_away_is_marked(pushed, device, worker):
    delivery, sent = pushed.tell(device, "dismissed")
    worker.deliver(sent)
    worker.wait_for_shown(1)

    worker.press("notificationclose")

    wait_for_marks(worker, pushed, delivery, {"displayed", "dismissed"})


def test_a_browser_that_lost_its_subscription_makes_another_for_the_same_device(pushed, device, worker):
    worker.scope.evaluate(
        """(kept) => {
            const wrap = { ...kept, toJSON: () => kept, options: {} };
            PushManager.prototype.getSubscription = async () => null;
            PushManager.prototype.subscribe = async ({ applicationServerKey }) => wrap;
        }""",
        worker.page.evaluate(
            "({ ...JSON.parse(localStorage.getItem('pushes')), endpoint: 'https://fcm.googleapis.com/fcm/send/moved' })"
        ),
    )

    worker.scope.evaluate("self.dispatchEvent(new ExtendableEvent('pushsubscriptionchange'))")

    wait_for(
        lambda: worker.page.wait_for_timeout(50) or pushed.endpoint(device).endswith("/moved"),
        5,
        "the new address",
    )


def test_without_a_network_there_is_a_page_that_says_so(pushed, worker):
    page = worker.page
    page.reload()
    page.context.set_offline(True)

    page.goto(f"{pushed.url}/products/cup")

    page.get_by_role("heading", name="You are offline").wait_for()
    assert (
        page.locator("h1").evaluate("(it) => getComputedStyle(it).fontFamily").startswith('"Instrument Sans"')
    )
    page.context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    page.get_by_role("heading", name="Cup").wait_for()


def test_an_error_is_never_kept_as_that_page(worker):
    kept = worker.scope.evaluate(
        """async () => {
            self.fetch = async () => new Response('Too busy', { status: 503 });
            const event = new ExtendableEvent('install');
            const installed = new Promise((resolve) => { event.waitUntil = resolve; });
            self.dispatchEvent(event);
            await installed;
            return (await caches.match('/offline')).status;
        }"""
    )

    assert kept == 200
