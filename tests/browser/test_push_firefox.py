"""The whole way in a browser that subscribes for real: asked, encrypted, sent, decrypted, shown, told."""

from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from app.core.database import db
from app.notifications.models import Delivery
from tests.browser.pushing import PAGE, Pushed
from tests.support.firefox import Firefox
from tests.support.push_server import PushServer, open_push_server
from tests.support.shop import CORE, open_shop
from tests.support.waiting import free_ports, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.processes]

PANEL = "main [data-push]"
STATE = f"document.querySelector('{PANEL}')?.dataset.state"
ID = "JSON.parse(localStorage.getItem('push'))?.id"
READY = "navigator.serviceWorker.ready"
SHOWN = "(all) => { window.shown = all.map((each) => each.title).join(); }"
LOOK = f"{READY}.then((it) => it.getNotifications()).then({SHOWN})"
# As if the last visit had been yesterday.
AGE = "localStorage.setItem('push', JSON.stringify({ ...JSON.parse(localStorage.getItem('push')), at: 0 }))"
GIVE_UP = f"{READY}.then((it) => it.pushManager.getSubscription()).then((it) => it.unsubscribe())"


def sent(pushed):
    with pushed.app.app_context():
        return db.session.execute(
            sa.select(Delivery.state, Delivery.displayed_at).order_by(Delivery.id)
        ).all()


@dataclass(frozen=True)
class Told:
    """A Firefox that has subscribed through a push server, and the shop that tells it."""

    firefox: Firefox
    server: PushServer
    pushed: Pushed
    device: str


@pytest.fixture
def told():
    with open_push_server(free_ports(1)[0]) as server:
        more = {"APP_ENV": "test", "PUSH_EXTRA_ORIGINS": server.origin}
        with open_shop(*CORE, "worker", **more) as shop, Firefox(server.settings) as firefox:
            pushed = Pushed(shop)
            firefox.open(f"{shop.url}{PAGE}")
            wait_for(lambda: firefox.evaluate(STATE) == "ask", 20, "the offer")
            firefox.press(f"{PANEL} [data-push-do=on]")
            wait_for(lambda: firefox.evaluate(STATE) == "on", 20, "the subscription")
            yield Told(firefox, server, pushed, firefox.evaluate(ID))


def send_test(told):
    """Until the browser says that it has shown it."""
    before = len(sent(told.pushed))
    told.firefox.press(f"{PANEL} [data-push-do=test]")
    wait_for(
        lambda: len(sent(told.pushed)) > before and sent(told.pushed)[-1].displayed_at,
        30,
        "what the browser says",
    )


def test_a_push_goes_all_the_way_and_a_browser_that_left_is_noticed(told):
    assert told.pushed.endpoint(told.device).startswith(told.server.origin)

    send_test(told)

    assert sent(told.pushed)[0].state == "accepted"
    told.firefox.evaluate(LOOK)
    wait_for(lambda: told.firefox.evaluate("window.shown") == "It works", 10, "the notification")
    assert [each["code"] for each in told.server.acked] == [100]

    told.firefox.evaluate(GIVE_UP)
    wait_for(lambda: told.server.lost, 10, "the browser to leave")
    told.pushed.send_trial(told.device)
    wait_for(lambda: told.pushed.devices()[told.device] == "gone", 30, "the device to be gone")


def test_a_browser_takes_the_new_key_on_another_day_and_is_sent_to_with_it(told):
    old = told.pushed.endpoint(told.device)
    told.pushed.rotate_key()
    told.firefox.evaluate(AGE)

    told.firefox.open(f"{told.pushed.url}{PAGE}")

    wait_for(lambda: told.pushed.endpoint(told.device) != old, 20, "another subscription")
    wait_for(lambda: told.firefox.evaluate(STATE) == "on", 20, "the page to know")
    send_test(told)
    assert [each["code"] for each in told.server.acked] == [100]
