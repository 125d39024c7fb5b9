"""The mail behind a push: one, when no push can come or nobody has seen it."""

import logging
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.exc import DBAPIError

from app.core.database import db, now_ms, run_transaction
from app.core.errors import DatabaseBusy
from app.core.mail import write_mail
from app.notifications.categories import Category, get_category
from app.notifications.choices import unsubscribe
from app.notifications.figures.tokens import click_path
from app.notifications.mailing.due import is_due, is_moot
from app.notifications.mailing.recipients import Recipient, find_recipient
from app.notifications.models import Notification
from app.realtime.presence import find_connected

# Of one round; the next one is seconds away, and other tasks of the clock wait meanwhile.
MOST, MOST_SEEN = 100, 500

log = logging.getLogger(__name__)


def send_due() -> int:
    """By the clock; any number of these may run at once. Answers how many mails were written."""
    if not current_app.config["SETTINGS"].PUSH_ENABLE_EMAIL_FALLBACK:
        return 0
    drop_moot()
    is_early = Notification.fallback_at > now_ms()
    rows = db.session.execute(
        sa.select(Notification.id, Notification.subject, Notification.category, is_early.label("is_early"))
        .where(is_due())
        .order_by(Notification.fallback_at, Notification.id)
        .limit(MOST_SEEN)
    ).all()
    seen = find_seen(rows)
    return sum(map(try_mail, [row.id for row in rows if row.id not in seen][:MOST]))


def find_seen(rows: Sequence[Any]) -> set[int]:
    """Whoever has the shop open is told there, and by mail only when the usual pause is over.

    Where nobody knows who is connected all are mailed: a mail too many harms less than one that never comes.
    """
    waiting = [row for row in rows if row.is_early and get_category(row.category).mail != "always"]
    here = find_connected({row.subject for row in waiting}) if waiting else None
    return {row.id for row in waiting if row.subject in (here or ())}


def drop_moot() -> None:
    moot = db.session.scalars(sa.select(Notification.id).where(is_moot()).limit(MOST_SEEN)).all()
    if moot:
        run_transaction(lambda: mark(sa.and_(Notification.id.in_(moot), is_moot()), email_state="skipped"))


def try_mail(notification_id: int) -> bool:
    """One that cannot be written must not keep the others from being sent. A busy database is asked again next time."""
    try:
        return run_transaction(lambda: send_mail(notification_id))
    except (DatabaseBusy, DBAPIError):
        log.warning("the mail of notification %s waits for the database", notification_id)
        return False
    except Exception:
        log.exception("the mail of notification %s cannot be written", notification_id)
        mine = sa.and_(Notification.id == notification_id, Notification.email_state == "due")
        run_transaction(lambda: mark(mine, email_state="failed"))
        return False


def send_mail(notification_id: int) -> bool:
    """Inside the running transaction: the claim and the mail are one, so that two sweeps write one mail."""
    mine = Notification.id == notification_id
    if not mark(sa.and_(mine, is_due()), email_state="sent", emailed_at=now_ms()):
        return False
    told = db.session.get_one(Notification, notification_id, populate_existing=True)
    category = get_category(told.category)
    recipient = find_recipient(told, category)
    if recipient is None or not category.is_relevant(told.about, told.facts):
        mark(mine, email_state="skipped", emailed_at=None)
        return False
    write(told, category, recipient)
    return True


def mark(condition: sa.ColumnElement[bool], **values: object) -> int:
    changed = db.session.execute(
        sa.update(Notification).where(condition).values(values).execution_options(synchronize_session=False)
    )
    return int(changed.rowcount)  # type: ignore[attr-defined]


def write(told: Notification, category: Category, recipient: Recipient) -> None:
    settings = current_app.config["SETTINGS"]
    write_mail(
        recipient.address,
        "notifications/mail.txt",
        "notifications/mail.html",
        unsubscribe.write_link(told.subject, category.name),
        told=told,
        category=category,
        recipient=recipient,
        shop=settings.SHOP_NAME,
        link=settings.PUBLIC_URL + click_path(told.public_id),
        settings_link=settings.PUBLIC_URL + "/notifications/settings",
    )
