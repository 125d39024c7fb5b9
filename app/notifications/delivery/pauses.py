"""Push services that are left alone for a while: because they asked for it, or because they refuse the shop's key."""

import random
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.core.database import db, now_ms
from app.core.upsert import insert_into
from app.notifications.models import Delivery, PushService, Subscription

REFUSED_PAUSE_S = 300.0
# One device alone may have a key of its own that is wrong; that many at once are the shop's.
REFUSED_DEVICES = 5
REFUSED_SHARE = 0.5
WINDOW_MS = 60_000
JITTER = 0.2
# Those of one claim are stamped one after the other.
TOGETHER_MS = 50


def pause(origin: str, seconds: float, reason: str) -> None:
    """Inside the running transaction; the longer one of two pauses holds. Spread, or all shops would be back at once."""
    milliseconds = int(seconds * 1000 * (1 + random.uniform(0, JITTER)))
    values = {"paused_until": now_ms() + milliseconds, "reason": reason, "updated_at": now_ms()}
    row = insert_into(PushService).values(origin=origin, **values)
    db.session.execute(
        row.on_conflict_do_update(
            index_elements=["origin"], set_=values, where=PushService.paused_until < row.excluded.paused_until
        )
    )


def paused() -> sa.Select[Any]:
    return sa.select(PushService.origin).where(PushService.paused_until > now_ms())


def note_refusals(origin: str) -> None:
    """After refusals of the shop's key, inside the running transaction: is it the service's doing, or one device's?

    A service that refuses many is left alone: their deliveries wait with it and lose no try, since the key will be mended
    and the devices are well. A device that is refused while others are served that were sent to no earlier was made with a
    key that is not ours now.
    """
    since = now_ms() - WINDOW_MS
    is_refused = Delivery.reason == "auth"
    recent = sa.and_(Delivery.origin == origin, Delivery.last_try_at > since)
    counted = sa.select(
        sa.func.count(sa.distinct(sa.case((is_refused, Delivery.subscription_id)))),
        sa.func.count(sa.distinct(Delivery.subscription_id)),
        sa.func.max(sa.case((is_refused, Delivery.last_try_at))),
    )
    refused, tried, refused_at = db.session.execute(counted.where(recent)).one()
    if refused >= REFUSED_DEVICES and refused >= REFUSED_SHARE * tried:
        pause(origin, REFUSED_PAUSE_S, "auth")
        put_back(sa.and_(recent, is_refused))
    elif refused == 1:
        served = aliased(Delivery)
        since_then = sa.and_(served.origin == origin, served.last_try_at >= refused_at - TOGETHER_MS)
        is_served = sa.exists().where(since_then, served.state == "accepted")
        alone = sa.select(Delivery.subscription_id).where(recent, is_refused, is_served)
        db.session.execute(
            sa.update(Subscription)
            .where(Subscription.id.in_(alone), Subscription.status == "active")
            .values(status="needs_resubscribe", ended_at=now_ms())
            .execution_options(synchronize_session=False)
        )


def put_back(condition: sa.ColumnElement[bool]) -> None:
    db.session.execute(
        sa.update(Delivery)
        .where(condition, Delivery.state == "failed")
        .values(
            state="retry",
            attempts=sa.case((Delivery.attempts > 0, Delivery.attempts - 1), else_=0),
            next_try_at=now_ms(),
        )
        .execution_options(synchronize_session=False)
    )
