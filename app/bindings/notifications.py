"""The notifications. Features register what they tell about in bindings of their own."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def bind_notifications(app: "Flask") -> None:
    from app.core import mail, outbox, schedule
    from app.notifications import api, categories, models, notify, views
    from app.notifications.campaigns import campaigns, expansion
    from app.notifications.campaigns.category import PROMOTION
    from app.notifications.delivery import queueing, waking
    from app.notifications.devices import arrivals, trials, upkeep
    from app.notifications.figures import rollups
    from app.notifications.inbox import broadcasts, inbox
    from app.notifications.keys import start, vapid
    from app.notifications.mailing import fallback, suppressions
    from app.security import sessions
    from app.security.events import logged_in

    assert models  # its tables belong to every database, whoever uses them
    start.check_settings(app.config["SETTINGS"])
    categories.init_app(app)
    categories.register(app, PROMOTION)
    views.init_app(app)
    api.init_app(app)
    trials.init_app(app)
    logged_in.connect(arrivals.follow_login)
    outbox.register(app, notify.NOTIFIED, broadcasts.notified)
    outbox.register(app, inbox.READ, broadcasts.notification_read)
    outbox.register(app, queueing.PUSH_DUE, waking.push_due)
    outbox.register(app, campaigns.CAMPAIGN_DUE, expansion.campaign_due)
    outbox.follow(app, sessions.REVOKED, upkeep.session_ended)
    outbox.follow(app, sessions.SUBJECT_REVOKED, upkeep.subject_revoked)
    outbox.register(app, mail.REFUSED, suppressions.mail_refused)
    schedule.every(app, 1, waking.look)
    schedule.every(app, 10, expansion.look)
    schedule.every(app, 10, fallback.send_due)
    schedule.every(app, 3600, rollups.roll_up)
    schedule.every(app, 3600, upkeep.end_expired)
    schedule.every(app, 3600, upkeep.wipe_ended)
    schedule.every(app, 24 * 3600, vapid.revoke_old)
