"""A push that somebody sends to a device of their own, to see whether it arrives."""

import secrets

from flask import Flask

from app.core.database import read_now
from app.core.errors import NotFound
from app.notifications import categories, notify
from app.notifications.categories import Category, Words, get_words
from app.notifications.delivery import queueing
from app.notifications.devices.subscriptions import get_device
from app.notifications.texts import templates

WORDS = Words(
    key="device_trial",
    title="It works",
    body="This is how we tell you on {{ device }}.",
    url="/notifications/settings",
    variables={"device": "Firefox on Linux"},
)
# Nobody has this role: there is nothing to choose about it.
TRIALS = Category(
    name="device_trial",
    title="Trials",
    explanation="A push that you send to yourself.",
    kind="transactional",
    words=(WORDS,),
    urgency="high",
    ttl_s=600,
    lane="now",
    bypasses_quiet=True,
    defaults=frozenset({"push"}),
    roles=("nobody",),
)


def init_app(app: Flask) -> None:
    categories.register(app, TRIALS)


def send_trial(subject: str, device_id: str) -> str:
    """Inside the running transaction; to this device alone, and not into the page. Its label. Raises NotFound."""
    device = get_device(subject, device_id)
    if device.status != "active":
        raise NotFound("This device is switched off")
    category, _ = get_words(WORDS.key)
    occasion = f"trial:{device.public_id}:{secrets.token_hex(8)}"
    notice = notify.Notice(subject, WORDS.key, occasion, {"device": device.label or "this device"})
    now = read_now()
    values = notify.compose(notice, category, templates.get_published(WORDS.key), frozenset({"push"}), now)
    notification_id = notify.insert_once(values)
    assert notification_id, "the occasion is new"
    queueing.write_deliveries([(notification_id, device.id, device.origin)], category.lane, now)
    queueing.wake()
    return device.label
