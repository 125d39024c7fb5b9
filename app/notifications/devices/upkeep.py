"""What ends a device's subscription without anybody asking: a login that is over, and the passing of time."""

import sqlalchemy as sa

from app.core.database import db, delete_in_chunks, now_ms, transaction
from app.core.outbox import Announcement
from app.notifications.devices import subscriptions
from app.notifications.models import Delivery, Subscription

# Their deliveries are counted by the hour long before.
KEPT_MS = 90 * 24 * 3600_000


def session_ended(event: Announcement) -> None:
    subscriptions.end_of_session(event.key)


def subject_revoked(event: Announcement) -> None:
    """Another password, another role, or an account that is closed."""
    subscriptions.end_of_subject(event.key)


def end_expired() -> None:
    with transaction():
        db.session.execute(
            sa.update(Subscription)
            .where(Subscription.status == "active", Subscription.expires_at <= now_ms())
            .values(status="expired", ended_at=now_ms())
        )


def wipe_ended() -> None:
    """What is not sent to needs no keys, and no address either; the hash is enough to recognise it."""
    with transaction():
        db.session.execute(
            sa.update(Subscription)
            .where(Subscription.status != "active", Subscription.auth != "")
            .values(
                p256dh="", auth="", endpoint=sa.literal("https://wiped.invalid/") + Subscription.public_id
            )
        )
    unused = sa.not_(sa.exists().where(Delivery.subscription_id == Subscription.id))
    delete_in_chunks(Subscription, sa.and_(Subscription.ended_at < now_ms() - KEPT_MS, unused))
