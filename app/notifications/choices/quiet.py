"""When somebody is not to be disturbed: every night, or until a moment that they named."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.core.clock import from_ms
from app.core.database import db, now_ms, read_now
from app.core.errors import Invalid
from app.core.upsert import insert_into
from app.notifications.categories import Category
from app.notifications.models import NotificationSettings

DAY_MINUTES = 24 * 60
MORNING = 8
LONGEST_PAUSE_MS = 90 * 24 * 3600_000


@dataclass(frozen=True)
class Quiet:
    """Minutes since midnight in `zone`, from `start` on until `end`; None for no quiet hours."""

    start: int | None = None
    end: int | None = None
    zone: str = "UTC"
    paused_until: int | None = None


def not_before(subject: str, category: Category, now: int) -> int:
    """The first moment at which this may disturb, in epoch ms: now, or when the quiet ends."""
    if category.bypasses_quiet:
        return now
    return end_of_quiet(read_quiet(subject), now)


def read_quiet(subject: str) -> Quiet:
    row = db.session.get(NotificationSettings, subject, populate_existing=True)
    return Quiet(row.quiet_start, row.quiet_end, row.zone, row.paused_until) if row else Quiet()


def read_quiets(subjects: Sequence[str]) -> dict[str, Quiet]:
    """Of those who have said when, in one statement."""
    said = sa.select(NotificationSettings).where(NotificationSettings.subject.in_(subjects))
    return {
        row.subject: Quiet(row.quiet_start, row.quiet_end, row.zone, row.paused_until)
        for row in db.session.scalars(said.execution_options(populate_existing=True))
    }


def end_of_quiet(quiet: Quiet, now: int) -> int:
    """A pause may end within quiet hours, which then go on."""
    moment = max(now, quiet.paused_until or now)
    if quiet.start is None or quiet.end is None or quiet.start == quiet.end:
        return moment
    zone = ZoneInfo(quiet.zone)
    local = from_ms(moment).astimezone(zone)
    minute = local.hour * 60 + local.minute
    overnight = quiet.start > quiet.end
    is_quiet = (
        (minute >= quiet.start or minute < quiet.end) if overnight else quiet.start <= minute < quiet.end
    )
    if not is_quiet:
        return moment
    day = local.date() + timedelta(days=1 if overnight and minute >= quiet.start else 0)
    hour, minute = divmod(quiet.end, 60)
    # Clocks that skip this time or show it twice: fold 0 is the first, and UTC carries a skipped one on.
    end = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(UTC)
    return max(moment, round(end.timestamp() * 1000))


def set_hours(subject: str, start: int | None, end: int | None, zone: str) -> None:
    """Every night from `start` until `end`; None for never. Inside the running transaction. Raises Invalid."""
    check(Quiet(start, end, zone))
    save(subject, quiet_start=start, quiet_end=end, zone=zone)


def set_pause(subject: str, until: int | None) -> None:
    """Nothing disturbs until then; None ends it. Inside the running transaction. Raises Invalid."""
    if until is not None and until > read_now() + LONGEST_PAUSE_MS:
        raise Invalid(errors=[{"field": "pausedUntil", "message": "At most 90 days from now"}])
    save(subject, paused_until=until)


def end_of_pause(choice: str, zone: str, now: int) -> int | None:
    """Of `1h`, `7d`, and `tomorrow`, which is the next morning; None for `off`. Raises Invalid for any other."""
    if choice == "off":
        return None
    if choice == "tomorrow":
        local = from_ms(now).astimezone(ZoneInfo(zone)) + timedelta(days=1)
        morning = local.replace(hour=MORNING, minute=0, second=0, microsecond=0)
        return round(morning.astimezone(UTC).timestamp() * 1000)
    hours = {"1h": 1, "7d": 7 * 24}.get(choice)
    if hours is None:
        raise Invalid(errors=[{"field": "pause", "message": "One of 1h, tomorrow, 7d and off"}])
    return now + hours * 3600_000


def save(subject: str, **values: int | str | None) -> None:
    row = insert_into(NotificationSettings).values(subject=subject, updated_at=now_ms(), **values)
    db.session.execute(
        row.on_conflict_do_update(index_elements=["subject"], set_={**values, "updated_at": now_ms()})
    )


def check(quiet: Quiet) -> None:
    errors = []
    if (quiet.start is None) != (quiet.end is None):
        missing = "quietStart" if quiet.start is None else "quietEnd"
        errors.append({"field": missing, "message": "Both times, or none"})
    for field, minutes in (("quietStart", quiet.start), ("quietEnd", quiet.end)):
        if minutes is not None and not 0 <= minutes < DAY_MINUTES:
            errors.append({"field": field, "message": "A time of day"})
    try:
        ZoneInfo(quiet.zone)
    except (KeyError, ValueError, OSError):
        errors.append({"field": "zone", "message": "A time zone such as Europe/Berlin"})
    if errors:
        raise Invalid(errors=errors)


def move_quiet(guest: str, owner: str) -> None:
    """Inside the transaction of a login: the guest's hours are the account's, unless it has its own."""
    if db.session.get(NotificationSettings, owner) is None:
        found = read_quiet(guest)
        if found != Quiet():
            save(
                owner,
                quiet_start=found.start,
                quiet_end=found.end,
                zone=found.zone,
                paused_until=found.paused_until,
            )
    db.session.execute(sa.delete(NotificationSettings).where(NotificationSettings.subject == guest))
