"""What became of what was sent, and the clock moved on, as tests of the sending use them."""

from dataclasses import replace

import sqlalchemy as sa

from app.core.database import db, now_ms, transaction
from app.notifications.models import Delivery, PushService, Subscription


def configure(app, **changes):
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], **changes)


def delivery():
    db.session.expire_all()
    return db.session.scalars(sa.select(Delivery).order_by(Delivery.id.desc())).first()


def device():
    db.session.expire_all()
    return db.session.scalars(sa.select(Subscription).order_by(Subscription.id)).first()


def state():
    return delivery().state, delivery().reason


def set_due():
    """As if the pause were over."""
    with transaction():
        db.session.execute(sa.update(Delivery).values(next_try_at=now_ms()))
        db.session.execute(sa.update(PushService).values(paused_until=0))


def set_device(**values):
    with transaction():
        db.session.execute(sa.update(Subscription).values(**values))
