"""Which ways somebody wants to be told about what. The defaults stand with the categories; what differs is stored."""

from collections.abc import Collection, Mapping
from typing import cast

import sqlalchemy as sa
from flask import current_app

from app.core.database import db, now_ms
from app.core.errors import Invalid
from app.core.upsert import insert_into
from app.notifications.categories import Category, Channel, get_category
from app.notifications.models import Preference
from app.notifications.models.preference import CHANNELS

Stored = dict[Channel, bool]


def channels_of(subject: str, category: Category) -> frozenset[Channel]:
    """How this subject is told about it now."""
    return apply(category, stored_of(subject).get(category.name, {}))


def stored_of(subject: str) -> dict[str, Stored]:
    """What somebody chose, by category; what is not in it is as the category has it."""
    return stored_of_many({subject}).get(subject, {})


def stored_of_many(subjects: Collection[str]) -> dict[str, dict[str, Stored]]:
    """The same by subject, for many in one statement."""
    found: dict[str, dict[str, Stored]] = {}
    columns = (Preference.subject, Preference.category, Preference.channel, Preference.enabled)
    for row in db.session.execute(sa.select(*columns).where(Preference.subject.in_(subjects))):
        chosen = found.setdefault(row.subject, {}).setdefault(row.category, {})
        chosen[cast(Channel, row.channel)] = row.enabled
    return found


def apply(category: Category, chosen: Mapping[Channel, bool]) -> frozenset[Channel]:
    wanted = {
        channel for channel in channels_for(category) if chosen.get(channel, channel in category.defaults)
    }
    if category.kind == "transactional":
        wanted.add("page")  # what somebody paid for is to be found there, whatever else is off
    if not current_app.config["SETTINGS"].PUSH_ENABLE_WEB_PUSH:
        wanted.discard("push")
    return frozenset(wanted)


def channels_for(category: Category) -> tuple[Channel, ...]:
    """Those that there are for it at all."""
    return ("page", "push") if category.mail == "never" else ("page", "push", "email")


def set_preference(subject: str, name: str, channel: Channel, enabled: bool, source: str) -> None:
    """Inside the running transaction. `source` is where it was chosen. Raises NotFound, Invalid."""
    category = get_category(name)
    if channel not in CHANNELS or channel not in channels_for(category):
        raise Invalid(errors=[{"field": "channel", "message": f"One of {', '.join(channels_for(category))}"}])
    chosen = {"enabled": enabled, "source": source, "updated_at": now_ms()}
    row = insert_into(Preference).values(subject=subject, category=name, channel=channel, **chosen)
    db.session.execute(
        row.on_conflict_do_update(index_elements=["subject", "category", "channel"], set_=chosen)
    )


def move_preferences(guest: str, owner: str) -> None:
    """Inside the transaction of a login: what the guest chose holds where the account has not chosen for itself."""
    columns = (Preference.category, Preference.channel, Preference.enabled, Preference.updated_at)
    chosen = sa.select(sa.literal(owner), sa.literal("login"), *columns).where(Preference.subject == guest)
    names = ["subject", "source", *(column.key for column in columns)]
    db.session.execute(insert_into(Preference).from_select(names, chosen).on_conflict_do_nothing())
    db.session.execute(sa.delete(Preference).where(Preference.subject == guest))
