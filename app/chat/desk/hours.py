"""When the desk is open: by the clock on the shop's wall, whose days may have 23 or 25 hours."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import current_app

from app.chat.models import Holiday, OpeningTime
from app.core.clock import from_ms
from app.core.database import db

MINUTE_MS = 60_000
LOOK_AHEAD = 366

# Opening times by weekday, as minutes of the local day.
Week = dict[int, list[tuple[int, int]]]


def is_open(at_ms: int) -> bool:
    at = local(at_ms)
    minute = at.hour * 60 + at.minute
    return any(
        opens <= minute < closes for opens, closes in times_of(at.date(), read_week(), read_holidays())
    )


def next_opening(at_ms: int) -> int | None:
    """The moment itself while it is open; None when the desk does not open within a year."""
    if is_open(at_ms):
        return at_ms
    return next((moment for moment in openings(local(at_ms).date()) if moment > at_ms), None)


def openings(first: date) -> Iterator[int]:
    week, holidays = read_week(), read_holidays()
    for ahead in range(LOOK_AHEAD):
        day = first + timedelta(days=ahead)
        for opens, _ in times_of(day, week, holidays):
            yield moment_of(day, opens)


def times_of(day: date, week: Week, holidays: set[str]) -> list[tuple[int, int]]:
    if day.isoformat() in holidays:
        return []
    return week.get(day.weekday(), []) if week else [(0, 24 * 60)]


def moment_of(day: date, minute: int) -> int:
    """When the wall's clock first shows this minute, or a later one where it skips this one."""
    shown = datetime.combine(day, time(minute // 60, minute % 60))
    # In a gap the later offset (fold=1) names a moment before it; outside of one both name the same.
    moment = min(int(shown.replace(tzinfo=zone(), fold=fold).timestamp() * 1000) for fold in (0, 1))
    while local(moment).replace(tzinfo=None) < shown:
        moment += MINUTE_MS
    return moment


def read_week() -> Week:
    week: Week = {}
    rows = db.session.execute(
        sa.select(OpeningTime.weekday, OpeningTime.opens, OpeningTime.closes).order_by(OpeningTime.opens)
    )
    for weekday, opens, closes in rows:
        week.setdefault(weekday, []).append((opens, closes))
    return week


def read_holidays() -> set[str]:
    return set(db.session.scalars(sa.select(Holiday.day)))


def local(at_ms: int) -> datetime:
    return from_ms(at_ms).astimezone(zone())


def zone() -> ZoneInfo:
    return ZoneInfo(current_app.config["SETTINGS"].SHOP_TIMEZONE)
