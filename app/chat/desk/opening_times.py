"""When the desk is open in a week, and the days on which it is not."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

import sqlalchemy as sa

from app.chat.access import Actor
from app.chat.desk.hours import Week, read_week
from app.chat.models import Holiday, OpeningTime
from app.core.database import db
from app.core.errors import Invalid, NotFound
from app.security import audit

DAY = 24 * 60
TIMES = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(?:-|–|to)\s*(\d{1,2})(?:[:.](\d{2}))?")
HOW = "Write times such as 09:00-12:30, 13:30-18:00"
LONGEST_NAME = 80


def set_week(texts: Mapping[int, str], actor: Actor) -> None:
    """The times of each weekday as they were typed; none on any day is always open.

    Inside the running transaction, as everything here that changes something. Raises Invalid with the days' mistakes.
    """
    week: Week = {}
    errors = []
    for weekday, typed in texts.items():
        try:
            week[weekday] = read_times(typed)
        except ValueError as problem:
            errors.append({"field": f"day{weekday}", "message": str(problem)})
    if errors:
        raise Invalid("Some of the times cannot be right", errors=errors)
    before = tell(read_week())
    db.session.execute(sa.delete(OpeningTime))
    for weekday, times in week.items():
        for opens, closes in times:
            db.session.add(OpeningTime(weekday=weekday, opens=opens, closes=closes))
    audit.record(
        "chat_hours_changed",
        "chat_hours",
        actor=actor.subject,
        role=actor.role,
        before=before,
        after=tell(week),
    )


def read_times(typed: str) -> list[tuple[int, int]]:
    """Raises ValueError with what is wrong."""
    found = sorted(read_time(part.strip()) for part in typed.split(",") if part.strip())
    for (opens, closes), (later, _) in zip(found, found[1:], strict=False):
        if later < closes:
            raise ValueError(
                f"{clock(later)} lies within {clock(opens)}-{clock(closes)}: times must not overlap"
            )
    return found


def read_time(typed: str) -> tuple[int, int]:
    match = TIMES.fullmatch(typed)
    if match is None:
        raise ValueError(f"“{typed}” is not understood. {HOW}")
    numbers = [int(number or 0) for number in match.groups()]
    opens, closes = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
    if numbers[1] > 59 or numbers[3] > 59 or closes > DAY:
        raise ValueError(f"“{typed}” is no time of a day. {HOW}")
    if closes <= opens:
        raise ValueError(
            f"“{typed}” closes before it opens; a night is two days: 22:00-24:00 and 00:00-06:00"
        )
    return opens, closes


def write_times(times: Sequence[tuple[int, int]]) -> str:
    return ", ".join(f"{clock(opens)}-{clock(closes)}" for opens, closes in times)


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def tell(week: Week) -> dict[str, str]:
    return {str(weekday): write_times(times) for weekday, times in sorted(week.items()) if times}


def list_holidays() -> Sequence[Holiday]:
    return db.session.scalars(sa.select(Holiday).order_by(Holiday.day)).all()


def add_holiday(day: date, name: str, actor: Actor) -> None:
    """Raises Invalid for a day that is one already."""
    if db.session.get(Holiday, day.isoformat()):
        message = "The desk is closed on this day already"
        raise Invalid(message, errors=[{"field": "day", "message": message}])
    db.session.add(Holiday(day=day.isoformat(), name=name.strip()[:LONGEST_NAME]))
    audit.record(
        "chat_holiday_added", f"chat_holiday:{day.isoformat()}", actor=actor.subject, role=actor.role
    )


def delete_holiday(day: str, actor: Actor) -> None:
    """Raises NotFound."""
    gone = db.session.execute(sa.delete(Holiday).where(Holiday.day == day))
    if gone.rowcount != 1:  # type: ignore[attr-defined]
        raise NotFound("The desk is open on this day already")
    audit.record("chat_holiday_deleted", f"chat_holiday:{day}", actor=actor.subject, role=actor.role)
