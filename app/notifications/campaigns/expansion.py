"""Telling everybody who asked for promotions, a thousand at a time.

Each thousand is one transaction with the place up to which it went, so that a worker that dies loses nothing and tells
nobody twice. In the page it is there when somebody next opens one: a live word to all of them at once would be a storm.
"""

import time
from collections import defaultdict
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app

from app.core import jobs
from app.core.database import db, now_ms, read_now, run_transaction
from app.core.outbox import Announcement
from app.core.random_id import random_id
from app.core.redis import RedisDown
from app.core.upsert import insert_into
from app.notifications.campaigns.campaigns import ASKED
from app.notifications.campaigns.category import PROMOTION
from app.notifications.choices import caps, quiet
from app.notifications.models import (
    Campaign,
    Delivery,
    Notification,
    NotificationTemplate,
    Preference,
    Subscription,
)
from app.notifications.texts import rendering

CHUNK = 1_000
# Other jobs of this worker wait no longer than this.
RUN_S = 1.0
EXPAND = "app.notifications.campaigns.expansion.expand"


@dataclass(frozen=True)
class Person:
    subject: str
    in_page: bool
    is_pushed: bool
    not_before: int


def campaign_due(_event: Announcement) -> None:
    jobs.wake(EXPAND, "bulk")


def look() -> None:
    """By the clock: a promotion whose worker died goes on."""
    if db.session.scalar(sa.select(Campaign.id).where(Campaign.status == "sending").limit(1)) is not None:
        with suppress(RedisDown):
            jobs.wake(EXPAND, "bulk")


def expand() -> int:
    """The job: how many thousands it told. What is left when its time is over is for the next one."""
    begun, count = time.monotonic(), 0
    under_way = sa.select(Campaign.id).where(Campaign.status == "sending").order_by(Campaign.id)
    for campaign_id in db.session.scalars(under_way).all():
        while time.monotonic() - begun < RUN_S and tell_next(campaign_id):
            count += 1
    if time.monotonic() - begun >= RUN_S:
        look()
    return count


def tell_next(campaign_id: int) -> bool:
    """The next thousand; False when there is nobody left, or when it was stopped."""
    return run_transaction(lambda: tell(campaign_id))


def tell(campaign_id: int) -> bool:
    mine = sa.select(Campaign).where(Campaign.id == campaign_id, Campaign.status == "sending")
    campaign = db.session.scalar(mine.with_for_update().execution_options(populate_existing=True))
    if campaign is None:
        return False
    now = read_now()
    subjects = next_subjects(campaign.cursor)
    if not subjects:
        campaign.status, campaign.ended_at = "sent", now
        return False
    people = find_people(subjects, now)
    write_notifications(campaign, people, now)
    queue(campaign, people, subjects)
    campaign.cursor, campaign.told = subjects[-1], campaign.told + len(people)
    return True


def next_subjects(cursor: str) -> Sequence[str]:
    asked = sa.select(Preference.subject).where(ASKED, Preference.subject > cursor).distinct()
    return db.session.scalars(asked.order_by(Preference.subject).limit(CHUNK)).all()


def find_people(subjects: Sequence[str], now: int) -> list[Person]:
    """Those of them whom it reaches in some way, with the end of their quiet hours."""
    between = Preference.subject.between(subjects[0], subjects[-1])
    chosen: defaultdict[str, set[str]] = defaultdict(set)
    for subject, channel in db.session.execute(
        sa.select(Preference.subject, Preference.channel).where(ASKED, between)
    ):
        chosen[subject].add(channel)
    capped = caps.find_reached(subjects, PROMOTION, now)
    quiets = quiet.read_quiets(subjects)
    is_sending_on = current_app.config["SETTINGS"].PUSH_ENABLE_WEB_PUSH
    people = (
        Person(
            subject,
            in_page="page" in chosen[subject],
            is_pushed=is_sending_on and "push" in chosen[subject] and subject not in capped,
            not_before=quiet.end_of_quiet(quiets[subject], now) if subject in quiets else now,
        )
        for subject in subjects
    )
    return [each for each in people if each.in_page or each.is_pushed]


def write_notifications(campaign: Campaign, people: Collection[Person], now: int) -> None:
    """One statement for all who are told in the same way at the same time, which nearly all are."""
    template = db.session.get_one(NotificationTemplate, campaign.template_id)
    words = rendering.render(template, campaign.facts)
    alike: defaultdict[tuple[bool, int], list[str]] = defaultdict(list)
    for each in people:
        alike[each.in_page, each.not_before].append(each.subject)
    for (in_page, not_before), subjects in alike.items():
        same: dict[str, Any] = {
            "category": PROMOTION.name,
            "template_id": template.id,
            "campaign_id": campaign.id,
            "about": about(campaign),
            **vars(words),
            "facts": {},
            "in_page": in_page,
            "created_at": now,
            "not_before": not_before,
            "expires_at": now + PROMOTION.ttl_s * 1000,
        }
        db.session.execute(insert_alike(same, f"{about(campaign)}:", subjects))


def insert_alike(same: dict[str, Any], dedup_prefix: str, subjects: Collection[str]) -> sa.Insert:
    columns = Notification.__table__.c
    values = {name: sa.literal(value, columns[name].type) for name, value in same.items()}
    own = {
        "public_id": random_id(),
        "subject": Preference.subject,
        "dedup_key": sa.literal(dedup_prefix) + Preference.subject,
    }
    chosen = sa.select(*own.values(), *values.values()).where(ASKED, Preference.subject.in_(subjects))
    rows = insert_into(Notification).from_select([*own, *values], chosen)
    # Who asked for it in the page and on a device is there twice.
    return rows.on_conflict_do_nothing(index_elements=["dedup_key"])


def about(campaign: Campaign) -> str:
    return f"campaign:{campaign.public_id}"


def queue(campaign: Campaign, people: Collection[Person], subjects: Sequence[str]) -> None:
    """A delivery for each of their devices, each when its owner may be disturbed."""
    values = {
        "public_id": random_id(),
        "notification_id": Notification.id,
        "subscription_id": Subscription.id,
        "origin": Subscription.origin,
        "lane": sa.literal(PROMOTION.lane),
        "next_try_at": Notification.not_before,
        "created_at": now_ms(),
    }
    left_alone = [each.subject for each in people if not each.is_pushed]
    devices = (
        sa.select(*values.values())
        .join_from(Notification, Subscription, Subscription.subject == Notification.subject)
        .where(
            Notification.campaign_id == campaign.id,
            Notification.subject.between(subjects[0], subjects[-1]),
            Notification.subject.not_in(left_alone),
            Subscription.status == "active",
        )
    )
    db.session.execute(sa.insert(Delivery).from_select(list(values), devices))
