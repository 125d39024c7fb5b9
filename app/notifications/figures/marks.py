"""What devices tell of a push: shown, clicked, dismissed. In any order, each at most once, and the first time counts."""

from typing import Literal

import sqlalchemy as sa
from flask import current_app

from app.core.database import db, now_ms
from app.notifications.figures.tokens import read_token
from app.notifications.inbox import inbox
from app.notifications.models import Delivery, Notification

Kind = Literal["displayed", "clicked", "dismissed"]
KINDS: dict[str, Kind] = {"displayed": "displayed", "clicked": "clicked", "dismissed": "dismissed"}
COLUMNS = {
    "displayed": Delivery.displayed_at,
    "clicked": Delivery.clicked_at,
    "dismissed": Delivery.dismissed_at,
}


def mark(token: str, kind: Kind) -> Notification | None:
    """Inside the running transaction; the notification that it belongs to, None for a token that is not ours.

    A mail's token names the notification itself. Who clicks has read it. Without PUSH_ENABLE_ANALYTICS nothing is noted of
    devices, and reading still counts.
    """
    if (named := read_token(token)) is None:
        return None
    public_id, action = named
    if current_app.config["SETTINGS"].PUSH_ENABLE_ANALYTICS:
        note(public_id, kind, action)
    told = find_told(public_id)
    if told and kind == "clicked":
        inbox.mark_read(told.subject, told.public_id)
    return told


def find_told(public_id: str) -> Notification | None:
    """By the public id of a delivery, or by its own."""
    of = db.session.scalar(sa.select(Delivery.notification_id).where(Delivery.public_id == public_id))
    named = Notification.public_id == public_id if of is None else Notification.id == of
    return db.session.scalar(sa.select(Notification).where(named))


def note(public_id: str, kind: Kind, action: str) -> None:
    column = COLUMNS[kind]
    values: dict[str, object] = {column.key: now_ms()}
    if kind == "clicked":
        values["click_action"] = action
    db.session.execute(
        sa.update(Delivery)
        .where(Delivery.public_id == public_id, column.is_(None))
        .values(values)
        .execution_options(synchronize_session=False)
    )


def path_of(told: Notification, token: str) -> str:
    """Where the click goes on to: what the notification said when it was written, and nothing that a request says."""
    named = read_token(token)
    action = named[1] if named else ""
    for each in told.actions:
        if action and each["action"] == action:
            return str(each["url"])
    return told.url
