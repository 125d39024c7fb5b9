"""What each feature tells people about, and when. Bound after the features, whose events these follow."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def bind_notices(app: "Flask") -> None:
    bind_inventory_notices(app)
    bind_order_notices(app)
    bind_chat_notices(app)
    bind_security_notices(app)


def bind_inventory_notices(app: "Flask") -> None:
    from app.core import outbox
    from app.inventory import alert_notices, alerts, restock_guests, restock_notices
    from app.notifications import categories
    from app.security.events import logged_in

    categories.register(app, restock_notices.BACK_IN_STOCK)
    categories.register(app, alert_notices.STAFF_LOW_STOCK)
    outbox.follow(app, alerts.ALERT_CHANGED, alert_notices.alert_changed)
    logged_in.connect(restock_guests.follow_login)


def bind_order_notices(app: "Flask") -> None:
    from app.catalogue import events
    from app.core import outbox
    from app.inventory import alerts
    from app.notifications import categories
    from app.orders import notices, saved_notices, transitions

    for category in (notices.ORDER_STATUS, saved_notices.PRICE_DROP, saved_notices.LOW_STOCK):
        categories.register(app, category)
    outbox.follow(app, transitions.ORDER_CHANGED, notices.order_changed)
    outbox.register(app, events.PRICE_CHANGED, saved_notices.price_changed)
    outbox.follow(app, alerts.ALERT_CHANGED, saved_notices.alert_changed)


def bind_chat_notices(app: "Flask") -> None:
    from app.chat import notices, reads
    from app.core import outbox, schedule
    from app.notifications import categories

    categories.register(app, notices.CHAT_REPLY)
    outbox.follow(app, reads.READ, notices.chat_read)
    schedule.every(app, 5, notices.tell_away)


def bind_security_notices(app: "Flask") -> None:
    from app.core import outbox
    from app.notifications import categories
    from app.operations import threat_notices
    from app.security.threats import lifting, records

    categories.register(app, threat_notices.SECURITY)
    outbox.follow(app, lifting.CLIENT_FREED, threat_notices.client_freed)
    outbox.follow(app, records.CLIENT_STOPPED, threat_notices.client_stopped)
