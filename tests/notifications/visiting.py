"""People's browsers that call /api/realtime/push: with their cookies, and the token of a page that they opened."""

from tests.factories import PASSWORD
from tests.notifications.devices import Browser

URL = "/api/realtime/push"
SUBSCRIPTIONS = f"{URL}/subscriptions"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


class Visitor:
    """A browser that keeps its cookies and sends the page's CSRF token along."""

    def __init__(self, app):
        self.client = app.test_client()
        self.browser = Browser()
        self.token = ""
        self.refresh()

    def refresh(self):
        """As a page that is opened, with the token of its session."""
        got = self.client.get(f"{URL}/key").json
        self.key, self.token = got["key"], got["csrfToken"]

    def ask(self, method, path, **more):
        headers = {"X-CSRFToken": self.token, "User-Agent": FIREFOX}
        return self.client.open(path, method=method, headers=headers, **more)

    def body(self, browser=None, **more):
        offered = (browser or self.browser).offer()
        keys = {"p256dh": offered.p256dh, "auth": offered.auth}
        return {"endpoint": offered.endpoint, "keys": keys, "applicationServerKey": self.key} | more

    def subscribe(self, browser=None, **more):
        return self.ask("POST", SUBSCRIPTIONS, json=self.body(browser, **more))

    def renew(self, device, browser=None, **more):
        return self.ask("PUT", f"{SUBSCRIPTIONS}/{device}", json=self.body(browser, **more))

    def sign_in(self, user):
        form = {"email": user.email, "password": PASSWORD, "csrf_token": self.token}
        assert self.client.post("/login", data=form).status_code == 303
        self.refresh()
