"""Telling somebody something: in the page, on their devices and by mail, as they chose."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.core import outbox
from app.core.database import db, read_now
from app.notifications.categories import Category, Channel, get_category, get_words
from app.notifications.choices import caps, preferences, quiet
from app.notifications.delivery import queueing
from app.notifications.devices.subscriptions import list_devices
from app.notifications.inbox import inbox
from app.notifications.models import Notification, NotificationTemplate
from app.notifications.models.notification import new_notification_id
from app.notifications.texts import rendering, templates

NOTIFIED = "notified"


@dataclass(frozen=True)
class Notice:
    """What happened, for one subject. `key` names the words, `facts` are what they are filled with.

    `dedup_key` names the occasion: the same one is told once, however often it is told to us. One that `has_own_mail` is
    told by a mail of the feature's, so that none goes from here.
    """

    subject: str
    key: str
    dedup_key: str
    facts: Mapping[str, object]
    about: str = ""
    has_own_mail: bool = False


def notify(notice: Notice) -> str | None:
    """Tell somebody, in the running transaction; the public id, or None when it was told before or nobody wants it.

    Raises NotFound for a key that nobody has registered, and whatever rendering.render raises.
    """
    category, _ = get_words(notice.key)
    channels = preferences.channels_of(notice.subject, category)
    if not channels:
        return None
    template = templates.get_published(notice.key)
    now = read_now()
    values = compose(notice, category, template, channels, now)
    notification_id = insert_once(values)
    if notification_id is None:
        return None
    if "push" in channels and not caps.is_reached(notice.subject, category, now):
        told = queueing.Told(notification_id, notice.subject, category.name, notice.about)
        queueing.queue_deliveries(told, category.lane, values["not_before"])
    public_id: str = values["public_id"]
    outbox.announce(NOTIFIED, public_id)
    return public_id


def compose(
    notice: Notice, category: Category, template: NotificationTemplate, channels: frozenset[Channel], now: int
) -> dict[str, Any]:
    """The row of a notification."""
    words = rendering.render(template, notice.facts)
    not_before = quiet.not_before(notice.subject, category, now)
    mails = "email" in channels and category.mail != "never" and not notice.has_own_mail and mails_are_on()
    return {
        "public_id": new_notification_id(),
        "subject": notice.subject,
        "category": category.name,
        "template_id": template.id,
        "dedup_key": notice.dedup_key,
        "about": notice.about,
        "title": words.title,
        "body": words.body,
        "url": words.url,
        "actions": words.actions,
        "facts": rendering.storable(notice.facts),
        "in_page": "page" in channels,
        "created_at": now,
        "not_before": not_before,
        "expires_at": now + category.ttl_s * 1000,
        "fallback_at": now + category.mail_after_s * 1000 if mails else None,
        "email_state": "due" if mails else "none",
    }


def can_push(subject: str, name: str) -> bool:
    """Whether what is told of this category now goes to a device."""
    category = get_category(name)
    wants = "push" in preferences.channels_of(subject, category)
    return wants and bool(list_devices(subject)) and not caps.is_reached(subject, category, read_now())


def mails_are_on() -> bool:
    return bool(current_app.config["SETTINGS"].PUSH_ENABLE_EMAIL_FALLBACK)


def insert_once(values: dict[str, Any]) -> int | None:
    """The new row's id; None when this occasion was told before."""
    insert = sqlite_insert if db.engine.dialect.name == "sqlite" else postgres_insert
    row = insert(Notification).values(**values).on_conflict_do_nothing(index_elements=["dedup_key"])
    found: int | None = db.session.scalar(row.returning(Notification.id))
    return found


def withdraw(
    about: str, subject: str | None = None, *, category: str | None = None, but: str | None = None
) -> int:
    """What it was about is settled: nothing of it is sent any more, and it counts as read. Answers how many there were.

    Of all categories and subjects unless one is named; `but` is the public id of the one that stays.
    """
    mine = [Notification.about == about, Notification.read_at.is_(None)]
    for column, value in ((Notification.subject, subject), (Notification.category, category)):
        if value is not None:
            mine.append(column == value)
    if but is not None:
        mine.append(Notification.public_id != but)
    done = db.session.scalars(
        sa.update(Notification).where(*mine).values(inbox.AS_READ).returning(Notification.public_id)
    ).all()
    for public_id in done:
        outbox.announce(NOTIFIED, public_id)
    return len(done)
