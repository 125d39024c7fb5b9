"""Telling somebody something: in the page, on their devices and by mail, as they chose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from flask import current_app

from app.core import outbox
from app.core.database import db, read_now, run_transaction
from app.core.upsert import insert_into
from app.notifications.categories import Category, Channel, get_words
from app.notifications.choices import caps, preferences, quiet
from app.notifications.delivery import queueing
from app.notifications.devices.subscriptions import list_devices
from app.notifications.inbox import inbox
from app.notifications.models import Notification, NotificationTemplate
from app.notifications.models.notification import new_notification_id
from app.notifications.texts import rendering, templates

NOTIFIED = "notified"
# Withdrawn together, so that no other writer waits long.
CHUNK = 50


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


def notify_newest(notice: Notice) -> str | None:
    """As notify; what the subject was told before of the same, in the same category, is settled by it."""
    told = notify(notice)
    if told is not None:
        category, _ = get_words(notice.key)
        withdraw(notice.about, notice.subject, category=category.name, but=told)
    return told


def notify_before_mail(notices: Sequence[Notice]) -> bool:
    """As notify, for a feature with a mail of its own; all are of one subject and category. True when none is to go.

    A push is on its way, with a mail behind it; or no mail is wanted.
    """
    subject = notices[0].subject
    category, _ = get_words(notices[0].key)
    is_pushed = can_push(subject, category)
    for notice in notices:
        notify(replace(notice, has_own_mail=not is_pushed))
    return is_pushed or "email" not in preferences.channels_of(subject, category)


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


def can_push(subject: str, category: Category) -> bool:
    """Whether what is told of this category now goes to a device in time, with a mail behind it if that is dead."""
    now = read_now()
    return (
        mails_are_on()
        and "push" in preferences.channels_of(subject, category)
        and bool(list_devices(subject))
        and not caps.is_reached(subject, category, now)
        and quiet.not_before(subject, category, now) < now + category.ttl_s * 1000
    )


def mails_are_on() -> bool:
    return bool(current_app.config["SETTINGS"].PUSH_ENABLE_EMAIL_FALLBACK)


def insert_once(values: dict[str, Any]) -> int | None:
    """The new row's id; None when this occasion was told before."""
    row = insert_into(Notification).values(**values).on_conflict_do_nothing(index_elements=["dedup_key"])
    found: int | None = db.session.scalar(row.returning(Notification.id))
    return found


def withdraw(
    about: str | None, subject: str | None = None, *, category: str | None = None, but: str | None = None
) -> int:
    """What it was about is settled: nothing of it is sent any more, and it counts as read. Answers how many there were.

    Of all that are not named; `but` is the public id of the one that stays.
    """
    named = ((Notification.about, about), (Notification.subject, subject), (Notification.category, category))
    mine = [column == value for column, value in named if value is not None]
    if but is not None:
        mine.append(Notification.public_id != but)
    return settle(*mine)


def note_seen(about: str, subject: str) -> None:
    """The subject looks at what it was about, and needs to be told of it no more. Costs no write when nothing is unread."""
    unread = sa.select(Notification.id).where(
        Notification.subject == subject, Notification.about == about, Notification.read_at.is_(None)
    )
    if db.session.scalar(unread.limit(1)) is not None:
        run_transaction(lambda: withdraw(about, subject))


def withdraw_from_all(about: str, category: str, until: int) -> int:
    """A job: what was told until then is settled, a chunk after the other, since thousands may have been told."""
    told = sa.select(Notification.id).where(
        Notification.about == about,
        Notification.category == category,
        Notification.created_at <= until,
        Notification.read_at.is_(None),
    )
    done = 0
    while settled := run_transaction(lambda: settle(Notification.id.in_(told.limit(CHUNK)))):
        done += settled
    return done


def settle(*conditions: sa.ColumnElement[bool]) -> int:
    done = db.session.scalars(
        sa.update(Notification)
        .where(*conditions, Notification.read_at.is_(None))
        .values(inbox.AS_READ)
        .returning(Notification.public_id)
    ).all()
    for public_id in done:
        outbox.announce(NOTIFIED, public_id)
    return len(done)
