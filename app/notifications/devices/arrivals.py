"""What a guest was told, chose and switched on becomes the account's at login."""

from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.exc import IntegrityError

from app.core.database import db
from app.notifications.choices import preferences, quiet
from app.notifications.devices.subscriptions import TRIES, end, list_devices
from app.notifications.inbox import inbox
from app.notifications.models import Subscription


def follow_login(_: Any, *, guest: str, owner: str) -> None:
    """In the transaction of the login."""
    move_devices(guest, owner)
    preferences.move_preferences(guest, owner)
    quiet.move_quiet(guest, owner)
    inbox.move_notifications(guest, owner)


def move_devices(guest: str, owner: str) -> None:
    """The account has no more than anybody may: of all those the ones seen last stay."""
    if not list_devices(guest):
        return
    for _ in range(TRIES):
        try:
            with db.session.begin_nested():
                move(guest, owner)
        except IntegrityError:
            continue  # another browser of the account took a slot
        return


def move(guest: str, owner: str) -> None:
    most: int = current_app.config["SETTINGS"].PUSH_MAX_SUBSCRIPTIONS_PER_USER
    arriving, there = list_devices(guest), list_devices(owner)
    by_use = sorted([*arriving, *there], key=lambda each: each.seen_at, reverse=True)
    for each in by_use[most:]:
        end(each, "replaced")
    db.session.flush()
    taken = {each.slot for each in there if each.status == "active"}
    free = iter([slot for slot in range(1, most + 1) if slot not in taken])
    for each in arriving:
        if each.status == "active":
            place = {"subject": owner, "slot": next(free)}
            db.session.execute(sa.update(Subscription).where(Subscription.id == each.id).values(place))
