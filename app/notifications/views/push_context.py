"""What pages know of pushes: the shop's key, who is signed in, and the devices."""

import time
from collections.abc import Sequence
from typing import Any

from flask import current_app

from app.core.errors import NotFound
from app.core.forms import new_key
from app.core.http import is_failing
from app.notifications.categories import get_category
from app.notifications.choices import preferences
from app.notifications.devices import subscriptions
from app.notifications.keys import vapid
from app.notifications.models import Subscription
from app.security import access
from app.security.sessions import current_session

KEY_KNOWN_FOR_S = 30.0
LOGIN_MARK = 12


def push_context() -> dict[str, Any]:
    return {"push": PushOfPage()}


class PushOfPage:
    """Asked by templates, so that a page which shows none of it costs nothing."""

    @property
    def is_on(self) -> bool:
        return bool(current_app.config["SETTINGS"].PUSH_ENABLE_WEB_PUSH) and not is_failing()

    @property
    def key(self) -> str:
        """For a while out of memory: every page shows it, and it changes once in years."""
        known, until = current_app.extensions.get("push_key", ("", 0.0))
        if time.monotonic() < until:
            return str(known)
        try:
            found = vapid.active_key().public
        except NotFound:
            return ""
        current_app.extensions["push_key"] = (found, time.monotonic() + KEY_KNOWN_FOR_S)
        return found

    @property
    def login(self) -> str:
        """Changes with who is signed in, and tells nothing of it."""
        login = current_session()
        return login.id_hash[:LOGIN_MARK] if login else ""

    @property
    def devices(self) -> Sequence[Subscription]:
        return subscriptions.list_devices(access.subject())

    @property
    def most(self) -> int:
        return int(current_app.config["SETTINGS"].PUSH_MAX_SUBSCRIPTIONS_PER_USER)

    def new_key(self) -> str:
        return new_key()

    def wants(self, category: str) -> bool:
        """Whether this subject is pushed to about it."""
        return "push" in preferences.channels_of(access.subject(), get_category(category))
