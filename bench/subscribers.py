"""Many who take pushes, written as the shop would have: their devices, and that they asked for promotions."""

import os

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric import ec

from app.core.database import db, read_now, transaction
from app.notifications.categories import Lane, get_words
from app.notifications.delivery import queueing
from app.notifications.devices.endpoints import Endpoint
from app.notifications.devices.subscriptions import Offered
from app.notifications.keys import pairs, vapid
from app.notifications.models import Notification, Preference, Subscription
from app.notifications.notify import Notice, compose
from app.notifications.texts import templates

YEAR_MS = 365 * 24 * 3600_000
TRIAL = "device_trial"


def fill(group: str, count: int, origin: str, folder: str = "well") -> None:
    """`visitor:<group>-00001` and so on, one device each. All have one key: what it costs to encrypt is the same."""
    key = vapid.ensure_key()
    p256dh = pairs.public_of(ec.generate_private_key(pairs.CURVE))
    auth, now = pairs.encode(os.urandom(16)), read_now()
    devices, asked = [], []
    for number in range(count):
        url = f"{origin}/{folder}/{group}-{number:05}"
        subject = name_of(group, number)
        asked.append(
            {
                "subject": subject,
                "category": "promotion",
                "channel": "push",
                "enabled": True,
                "updated_at": now,
            }
        )
        devices.append(
            {
                "public_id": os.urandom(16).hex(),
                "subject": subject,
                "slot": 1,
                "endpoint": url,
                "endpoint_hash": Endpoint(url, origin, "").hash,
                "origin": origin,
                "p256dh": p256dh,
                "auth": auth,
                "key_id": key.id,
                "seen_at": now,
                "expires_at": now + YEAR_MS,
                "created_at": now,
            }
        )
    with transaction():
        db.session.execute(sa.insert(Subscription), devices)
        db.session.execute(sa.insert(Preference), asked)


def make_offer(endpoint: str) -> Offered:
    """As a browser makes it: with a key of its own."""
    p256dh = pairs.public_of(ec.generate_private_key(pairs.CURVE))
    return Offered(endpoint, p256dh, pairs.encode(os.urandom(16)), vapid.active_key().public)


def name_of(group: str, number: int) -> str:
    return f"visitor:{group}-{number:05}"


def forget_wishes() -> None:
    """Nobody asks for promotions any more, so that the next group is alone in it."""
    with transaction():
        db.session.execute(sa.delete(Preference))


def queue_for(group: str, lane: Lane) -> None:
    """One push for each of a group, due at once. Nobody is woken."""
    with transaction():
        category, words = get_words(TRIAL)
        template, now = templates.get_published(TRIAL), read_now()
        devices = db.session.execute(
            sa.select(Subscription.id, Subscription.subject, Subscription.origin).where(
                Subscription.subject.startswith(f"visitor:{group}-")
            )
        ).all()
        rows = [
            compose(
                Notice(each.subject, TRIAL, f"{group}:{each.id}", words.variables),
                category,
                template,
                frozenset({"push"}),
                now,
            )
            for each in devices
        ]
        db.session.execute(sa.insert(Notification), rows)
        ids = dict(
            db.session.execute(
                sa.select(Notification.subject, Notification.id).where(
                    Notification.dedup_key.startswith(f"{group}:")
                )
            ).all()
        )
        queueing.write_deliveries(((ids[each.subject], each.id, each.origin) for each in devices), lane, now)
