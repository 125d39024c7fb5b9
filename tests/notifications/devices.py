"""Browsers that subscribe, as tests use them: with real keys, at a push service that is known."""

import itertools
import os
import secrets

from cryptography.hazmat.primitives.asymmetric import ec

from app.notifications.devices import subscriptions
from app.notifications.devices.subscriptions import Offered
from app.notifications.keys import pairs, vapid

MOZILLA = "https://updates.push.services.mozilla.com"
numbers = itertools.count(1)


class Browser:
    """Keeps the private half, so that a test can read what was sent."""

    def __init__(self, service=MOZILLA):
        self.private = ec.generate_private_key(pairs.CURVE)
        self.auth = os.urandom(subscriptions.AUTH_BYTES)
        self.endpoint = f"{service}/wpush/v2/{secrets.token_urlsafe(24)}"

    def offer(self, **changes):
        offered = {
            "endpoint": self.endpoint,
            "p256dh": pairs.public_of(self.private),
            "auth": pairs.encode(self.auth),
            "application_key": vapid.active_key().public,
        }
        return Offered(**(offered | changes))


def subscribe(subject="visitor:ada", browser=None, session_key="", **more):
    """The device of a browser, a new one unless it is given."""
    vapid.ensure_key()
    return subscriptions.subscribe(subject, session_key, (browser or Browser()).offer(), **more)
