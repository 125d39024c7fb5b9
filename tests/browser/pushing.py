"""A browser that takes pushes, without a push service: what it is given when it subscribes is made here, with real keys."""

import json
from dataclasses import replace

import sqlalchemy as sa

from app import create_app
from app.core.database import db, transaction
from app.notifications import categories, notify
from app.notifications.categories import Words
from app.notifications.choices import preferences
from app.notifications.delivery import claims, payload
from app.notifications.devices import subscriptions, trials
from app.notifications.keys import vapid
from app.notifications.models import Delivery, Subscription
from app.notifications.notify import Notice
from tests.notifications.telling import PARCELS
from tests.support.waiting import wait_for

PAGE = "/notifications/settings"
PANEL = "main [data-push]"
# As where it is offered in passing.
IN_PASSING = """
document.addEventListener('DOMContentLoaded', () => {
  const panel = document.querySelector('[data-push]');
  panel.dataset.later = '';
  panel.hidden = true;
  panel.querySelector('[data-push-do=on]').insertAdjacentHTML('afterend', '<button data-push-do="later">Not now</button>');
});
"""

# `pushes` in the page's storage is what the browser would keep by itself; `window.question` answers instead of a person.
STUB = """
const plain = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
const encode = (bytes) => plain(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
const signs = (text) => [...atob(text.replaceAll('-', '+').replaceAll('_', '/'))];
const decode = (text) => Uint8Array.from(signs(text), (each) => each.charCodeAt(0)).buffer;
const kept = () => JSON.parse(localStorage.getItem('pushes'));
const wrap = (it) => it && {
  ...it, toJSON: () => ({ endpoint: it.endpoint, expirationTime: null, keys: it.keys }),
  options: { applicationServerKey: decode(it.key) },
  unsubscribe: async () => { localStorage.removeItem('pushes'); return true; },
};
window.asked = 0;
window.answer = new Promise((resolve) => { window.settle = resolve; });
if (window.PushManager) {
  PushManager.prototype.getSubscription = async () => wrap(kept());
  PushManager.prototype.subscribe = async ({ applicationServerKey: key }) => {
    if (window.isServiceDown) throw new DOMException('Registration failed', 'AbortError');
    if (kept() && kept().key !== key) throw new DOMException('Another key', 'InvalidStateError');
    const { publicKey } = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits']);
    const p256dh = encode(await crypto.subtle.exportKey('raw', publicKey));
    const auth = encode(crypto.getRandomValues(new Uint8Array(16)));
    const endpoint = `https://updates.push.services.mozilla.com/wpush/v2/${auth}`;
    localStorage.setItem('pushes', JSON.stringify(kept() ?? { endpoint, keys: { p256dh, auth }, key }));
    return wrap(kept());
  };
}
if (window.Notification) {
  Object.defineProperty(Notification, 'permission', { get: () => localStorage.getItem('permission') ?? 'default' });
  Notification.requestPermission = async () => {
    window.asked += 1;
    const said = await window.answer;
    localStorage.setItem('permission', said);
    return said;
  };
}
"""


WORDS = Words(
    key="cup_news",
    title="The {{ name }} is back",
    body="Come and see it.",
    url="/products/{{ name }}",
    variables={"name": "cup"},
    actions=({"action": "cart", "title": "To the cart", "url": "/cart"},),
)


class Pushed:
    """The shop whose pushes a browser takes."""

    def __init__(self, shop):
        self.url = shop.url
        self.app = create_app(shop.settings)
        with self.app.app_context():
            categories.register(self.app, replace(PARCELS, name="cups", words=(WORDS,)))

    def devices(self):
        """The status of each, by public id."""
        with self.app.app_context():
            rows = db.session.execute(sa.select(Subscription.public_id, Subscription.status))
            return {public_id: status for public_id, status in rows}

    def tell(self, device, occasion):
        """The public id of a delivery to this device, and what would be sent to it."""
        with self.app.app_context():
            held = db.session.scalar(sa.select(Subscription).where(Subscription.public_id == device))
            notice = Notice(held.subject, WORDS.key, occasion, {"name": "cup"}, "sku:CUP")
            with transaction():
                notify.notify(notice)
            newest = sa.select(Delivery.id).order_by(Delivery.id.desc()).limit(1)
            [claimed] = claims.read([db.session.scalar(newest)])
            return claimed.delivery.public_id, payload.compose(claimed.push, self.url).decode()

    def pushes(self, device, category):
        """Whether its owner is pushed to about this."""
        with self.app.app_context():
            held = db.session.scalar(sa.select(Subscription).where(Subscription.public_id == device))
            return "push" in preferences.channels_of(held.subject, categories.get_category(category))

    def send_trial(self, device):
        with self.app.app_context(), transaction():
            held = db.session.scalar(sa.select(Subscription).where(Subscription.public_id == device))
            trials.send_trial(held.subject, device)

    def marks(self, delivery):
        """What the device has told of it."""
        with self.app.app_context():
            found = db.session.scalar(sa.select(Delivery).where(Delivery.public_id == delivery))
            kinds = ("displayed", "clicked", "dismissed")
            return {kind for kind in kinds if getattr(found, f"{kind}_at")}

    def switch_off(self, device):
        """As its owner would on another device."""
        with self.app.app_context(), transaction():
            held = db.session.scalar(sa.select(Subscription).where(Subscription.public_id == device))
            subscriptions.unsubscribe(held.subject, device)

    def endpoint(self, device):
        with self.app.app_context():
            return db.session.scalar(sa.select(Subscription.endpoint).where(Subscription.public_id == device))

    def rotate_key(self):
        with self.app.app_context():
            return vapid.rotate_key().public


def open_page(page, pushed, path=PAGE, script=""):
    page.add_init_script(f"(() => {{ {STUB} }})(); {script}")
    page.goto(pushed.url + path)
    return page


def device_of(page):
    return page.evaluate("JSON.parse(localStorage.getItem('push'))?.id")


def wait_for_state(page, wanted):
    page.wait_for_selector(f"{PANEL}[data-state={wanted}]")


def press(page, what):
    page.locator(f"{PANEL} [data-push-do={what}]:visible").click()


def answer(page, said="granted"):
    page.evaluate("(said) => window.settle(said)", said)


def switch_on(page):
    wait_for_state(page, "ask")
    press(page, "on")
    answer(page)
    wait_for_state(page, "on")


class Worker:
    """The service worker of a page, to which the browser delivers pushes as if a service had sent them."""

    def __init__(self, page):
        self.page = page
        self.registration = None
        page.wait_for_function("navigator.serviceWorker.controller?.state === 'activated'")
        self.session = page.context.new_cdp_session(page)
        self.session.on("ServiceWorker.workerRegistrationUpdated", self.note)
        self.session.send("ServiceWorker.enable")
        wait_for(lambda: page.wait_for_timeout(20) or self.registration, 5, "the worker's registration")
        self.scope = page.context.service_workers[0]

    def note(self, event):
        for each in event["registrations"]:
            self.registration = each["registrationId"]

    def deliver(self, text):
        origin = self.page.evaluate("location.origin")
        sent = {"origin": origin, "registrationId": self.registration, "data": text}
        self.session.send("ServiceWorker.deliverPushMessage", sent)

    def deliver_json(self, document):
        self.deliver(json.dumps(document))

    def shown(self):
        """What is shown now."""
        return self.page.evaluate(
            """navigator.serviceWorker.ready.then((it) => it.getNotifications())
               .then((all) => all.map(({ title, body, tag, data }) => ({ title, body, tag, data })))"""
        )

    def wait_for_shown(self, count):
        wait_for(
            lambda: self.page.wait_for_timeout(20) or len(self.shown()) == count, 15, f"{count} notifications"
        )
        return self.shown()

    def clear(self):
        self.page.evaluate(
            """navigator.serviceWorker.ready.then((it) => it.getNotifications())
               .then((all) => all.forEach((each) => each.close()))"""
        )
        self.wait_for_shown(0)

    def press(self, kind, action=""):
        """As if somebody clicked the first one that is shown, or swept it away."""
        self.scope.evaluate(
            """async ([kind, action]) => {
                const [notification] = await self.registration.getNotifications();
                self.dispatchEvent(new NotificationEvent(kind, { notification, action }));
            }""",
            [kind, action],
        )
