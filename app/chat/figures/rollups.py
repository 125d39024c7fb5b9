"""The figures of each day that is over, kept for good, so that they outlive the words they were made of.

A day is rolled up once, when nothing can be added to it any more, and counts as final then: messages are deleted of final
days only. What is deleted sooner, because somebody asked for it, is settled: its figures of the days that are not final
are set aside first, under a split that ends with SETTLED, and added to whatever the day still gets.
"""

from datetime import date

import sqlalchemy as sa

from app.chat.figures.business_time import BusinessTime
from app.chat.figures.day_figures import Figure, Figures, collect, collect_rooms
from app.chat.figures.figures import Span
from app.chat.models import AgentSpan, DailyFigure, Message, Rating, Room
from app.core.database import db, read_now, snapshot, transaction
from app.inventory import days

# A transaction that began before midnight may commit after it.
LATE_MS = 10 * 60_000
FINAL = "final"
SETTLED = "~"

stored = DailyFigure.__table__


def roll_up() -> int:
    """Roll up all days that are over and not final. Returns how many."""
    day, today = next_day(), days.day_of(read_now() - LATE_MS)
    count = 0
    while day is not None and day < today:
        roll_up_day(day)
        day, count = day + days.ONE, count + 1
    return count


def next_day() -> date | None:
    """The first that is not final; None when nothing has ever happened."""
    newest = newest_final()
    return newest + days.ONE if newest else first_day()


def newest_final() -> date | None:
    newest = db.session.scalar(sa.select(sa.func.max(stored.c.day)).where(stored.c.metric == FINAL))
    return date.fromisoformat(newest) if newest else None


def final_until() -> int:
    """The moment before which all days are final."""
    newest = newest_final()
    return days.begin_of(newest + days.ONE) if newest else 0


def first_day() -> date | None:
    columns = (Message.created_at, Room.opened_at, AgentSpan.started_at, Rating.created_at)
    oldest = [moment for column in columns if (moment := db.session.scalar(sa.select(sa.func.min(column))))]
    return days.day_of(min(oldest)) if oldest else None


def roll_up_day(day: date) -> None:
    """The same each time, until something of the day is deleted."""
    with transaction():
        take_turn()
        if is_final(day):
            return
        figures = collect(span_of(day), BusinessTime())
        figures.merge(read_settled(day))
        db.session.execute(sa.delete(stored).where(stored.c.day == day.isoformat()))
        figures.count(FINAL, "")
        write(day, figures)


def is_final(day: date) -> bool:
    final = sa.exists().where(stored.c.day == day.isoformat(), stored.c.metric == FINAL)
    return bool(db.session.scalar(sa.select(final)))


def span_of(day: date) -> Span:
    return Span(days.begin_of(day), days.begin_of(day + days.ONE))


def take_turn() -> None:
    """One at a time, so that what is settled meanwhile is neither lost nor counted twice. SQLite has one writer anyway."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.text("LOCK TABLE chat_daily IN SHARE ROW EXCLUSIVE MODE"))


def settle_room(room: Room) -> None:
    """Set aside what this room adds to days that are not final. From then on nothing of its log counts, nor is shown.

    Inside the running transaction.
    """
    take_turn()
    db.session.refresh(room, with_for_update=True)
    if room.min_p > room.head_p:
        return
    business, today = BusinessTime(), days.day_of(read_now())
    newest = newest_final()
    day = max(days.day_of(room.opened_at), newest + days.ONE) if newest else days.day_of(room.opened_at)
    while day <= today:
        found = collect_rooms(span_of(day), business, room.id)
        found.merge(read_settled(day))
        remove_settled(day)
        write(day, Figures({(metric, split + SETTLED): each for (metric, split), each in found.items()}))
        day += days.ONE
    room.min_p = room.head_p + 1
    room.version += 1
    db.session.flush()


def write(day: date, figures: Figures) -> None:
    rows = [
        {
            "day": day.isoformat(),
            "metric": metric,
            "split": split,
            "n": each.n,
            "value": each.value,
            "values": each.values,
        }
        for (metric, split), each in figures.items()
    ]
    if rows:
        db.session.execute(sa.insert(stored), rows)


def remove_settled(day: date) -> None:
    db.session.execute(
        sa.delete(stored).where(stored.c.day == day.isoformat(), stored.c.split.endswith(SETTLED))
    )


def read_settled(day: date) -> Figures:
    rows = select_rows(stored.c.day == day.isoformat(), stored.c.split.endswith(SETTLED))
    return Figures({key: figure for _, key, figure in rows})


def select_rows(*conditions: sa.ColumnElement[bool]) -> list[tuple[str, tuple[str, str], Figure]]:
    rows = db.session.execute(sa.select(stored).where(*conditions))
    return [
        (row.day, (row.metric, row.split.removesuffix(SETTLED)), Figure(row.n, row.value, list(row.values)))
        for row in rows
    ]


def read_days(first: date, last: date) -> dict[date, Figures]:
    """Each day's figures: stored ones of final days, and of the others what there is now."""
    found = {first + number * days.ONE: Figures() for number in range((last - first).days + 1)}
    with snapshot():
        final: set[date] = set()
        between = (stored.c.day >= first.isoformat(), stored.c.day <= last.isoformat())
        for text, key, figure in select_rows(*between):
            day = date.fromisoformat(text)
            found[day].merge(Figures({key: figure}))
            if key[0] == FINAL:
                final.add(day)
        business, start, today = BusinessTime(), first_day(), days.day_of(read_now())
        for day, figures in found.items():
            if day not in final and start and start <= day <= today:
                figures.merge(collect(up_to_now(day), business))
    for figures in found.values():
        figures.pop((FINAL, ""), None)
    return found


def up_to_now(day: date) -> Span:
    """What runs on counts up to now."""
    span = span_of(day)
    return Span(span.start, min(span.until, read_now() + 1))
