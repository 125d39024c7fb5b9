"""The counts of each hour that is over, kept for good, so that they outlive the deliveries they were made of."""

from collections import Counter
from dataclasses import asdict, fields, replace

import sqlalchemy as sa
from flask import current_app

from app.core.database import db, delete_in_chunks, now_ms, read_now, run_transaction, snapshot
from app.notifications.figures.collecting import HOUR_MS, Count, Span, collect
from app.notifications.models import Delivery, DeliveryHour, Notification, Subscription

# What is put back, or ends much later than it was tried, still comes into its hour.
COUNT_AGAIN_MS = 48 * HOUR_MS
KEEP_MS = 90 * 24 * HOUR_MS

stored = DeliveryHour.__table__


def roll_up() -> None:
    """By the clock, every hour. The same each time, until something of the time is deleted; what runs is not counted.

    Only then old deliveries are deleted, so that none is lost.
    """
    if current_app.config["SETTINGS"].PUSH_ENABLE_ANALYTICS and (span := find_span()):
        with snapshot():
            counts = list(collect(span))
        run_transaction(lambda: write(span, counts))
    delete_in_chunks(Delivery, Delivery.created_at < now_ms() - KEEP_MS)


def find_span() -> Span | None:
    """From the last hour that is stored, or two days ago if that is longer; None when nothing has happened before now."""
    running = begin_of_hour(read_now())
    newest = newest_hour()
    oldest = begin_of_hour(first) if newest is None and (first := find_first()) is not None else newest
    if oldest is None:
        return None
    start = min(oldest, running - COUNT_AGAIN_MS)
    return Span(start, running)


def newest_hour() -> int | None:
    return db.session.scalar(sa.select(sa.func.max(stored.c.hour)))


def find_first() -> int | None:
    columns = (Delivery.created_at, Notification.created_at, Subscription.created_at)
    firsts = [first for column in columns if (first := db.session.scalar(sa.select(sa.func.min(column))))]
    return min(firsts, default=None)


def begin_of_hour(moment: int) -> int:
    return moment // HOUR_MS * HOUR_MS


def write(span: Span, counts: list[Count]) -> None:
    db.session.execute(sa.delete(stored).where(stored.c.hour >= span.start, stored.c.hour < span.until))
    found: Counter[Count] = Counter()
    for each in counts:
        found[replace(each, count=0)] += each.count
    if found:
        rows = [asdict(each) | {"count": count} for each, count in found.items()]
        db.session.execute(sa.insert(stored), rows)


def read(span: Span) -> list[Count]:
    """Stored counts, and those of the hours that are not stored yet as they are now."""
    with snapshot():
        newest = newest_hour()
        live = span.start if newest is None else max(span.start, newest + HOUR_MS)
        columns = (stored.c[each.name] for each in fields(Count))
        rows = db.session.execute(
            sa.select(*columns).where(stored.c.hour >= span.start, stored.c.hour < min(live, span.until))
        )
        return [*(Count(*row) for row in rows), *collect(Span(live, span.until))]
