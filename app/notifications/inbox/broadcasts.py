"""What open pages of somebody are told: a new notification, and how many are unread."""

from typing import Any

from app.core import outbox
from app.core.clock import now_ms
from app.core.fragments import render
from app.notifications.inbox import inbox
from app.realtime.pages import language
from app.realtime.publish import Message, publish


def notified(event: outbox.Announcement) -> None:
    told = inbox.get_notification(event.key)
    if told is None or not told.in_page:
        return
    data = {"id": told.public_id, "category": told.category}
    if told.read_at is None:
        tell(told.subject, "notification", data, "notifications/notification.push.html", told=told)
    else:
        tell(told.subject, "notifications_read", data, "notifications/notifications_read.push.html")


def notification_read(event: outbox.Announcement) -> None:
    """Reading in one place marks it everywhere. Without an id all are read."""
    subject, _, public_id = event.key.partition(" ")
    data = {"id": public_id or None}
    tell(subject, "notifications_read", data, "notifications/notifications_read.push.html")


def tell(subject: str, event: str, data: dict[str, Any], template: str, **context: Any) -> None:
    unread = inbox.count_unread(subject)
    content = {language(): render(template, unread=unread, **context)}
    publish(Message(subject, event, now_ms(), data | {"unread": unread}, content))
