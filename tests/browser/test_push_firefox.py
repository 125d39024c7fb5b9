"""The whole way in a browser that subscribes for real: asked, encrypted, sent, decrypted, shown, told."""

import pytest
import sqlalchemy as sa

from app.core.database import db
from app.notifications.models import Delivery
from tests.browser.pushing import PAGE, Pushed
from tests.support.firefox import Firefox
from tests.support.push_server import open_push_server
from tests.support.shop import CORE, open_shop
from tests.support.waiting import free_ports, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.processes]

PANEL = "main [data-push]"
STATE = f"document.querySelector('{PANEL}')?.dataset.state"
ID = "JSON.parse(localStorage.getItem('push'))?.id"
READY = "navigator.serviceWorker.ready"
SHOWN = "(all) => { window.shown = all.map((each) => each.title).join(); }"
LOOK = f"{READY}.then((it) => it.getNotifications()).then({SHOWN})"
GIVE_UP = f"{READY}.then((it) => it.pushManager.getSubscription()).then((it) => it.unsubscribe())"


def sent(pushed):
    with pushed.app.app_context():
        return db.session.execute(
            sa.select(Delivery.state, Delivery.displayed_at).order_by(Delivery.id)
        ).all()


def test_a_push_goes_all_the_way_and_a_browser_that_left_is_noticed():
    with open_push_server(free_ports(1)[0]) as server:
        more = {"APP_ENV": "test", "PUSH_EXTRA_ORIGINS": server.origin}
        with open_shop(*CORE, "worker", **more) as shop, Firefox(server.settings) as firefox:
            pushed = Pushed(shop)
            firefox.open(f"{shop.url}{PAGE}")
            wait_for(lambda: firefox.evaluate(STATE) == "ask", 20, "the offer")
            firefox.press(f"{PANEL} [data-push-do=on]")
            wait_for(lambda: firefox.evaluate(STATE) == "on", 20, "the subscription")
            device = firefox.evaluate(ID)
            assert pushed.endpoint(device).startswith(server.origin)

            firefox.press(f"{PANEL} [data-push-do=test]")

            wait_for(lambda: sent(pushed) and sent(pushed)[0].displayed_at, 30, "what the browser says")
            assert sent(pushed)[0].state == "accepted"
            firefox.evaluate(LOOK)
            wait_for(lambda: firefox.evaluate("window.shown") == "It works", 10, "the notification")
            assert [each["code"] for each in server.acked] == [100]

            firefox.evaluate(GIVE_UP)
            wait_for(lambda: server.lost, 10, "the browser to leave")
            pushed.send_trial(device)
            wait_for(lambda: pushed.devices()[device] == "gone", 30, "the device to be gone")
