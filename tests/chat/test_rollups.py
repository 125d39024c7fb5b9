"""The figures of days: from rows while these are there, and the same from what was kept of them."""

from datetime import date, timedelta

import pytest

from app.chat.figures import rollups
from app.chat.figures.day_figures import Figure
from app.chat.models import DailyFigure, Holiday, OpeningTime, Room
from app.core.database import db, read_now, transaction
from app.inventory import days
from tests.chat.past import HOUR, MINUTE, SECOND, at, rate, write_room, write_span

MONDAY, TUESDAY = "2026-03-02", "2026-03-03"
ONE = timedelta(days=1)


def read(day):
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return rollups.read_days(day, day)[day]


def durations(figures, metric, split="support"):
    return sorted(figures.get((metric, split), Figure()).values)


def count(figures, metric, split="support"):
    return figures.get((metric, split), Figure()).n


def write_usual_room(begin, **columns):
    return write_room(
        ("shopper", begin),
        ("queued", begin),
        ("assigned", begin + 20 * SECOND),
        ("note", begin + 21 * SECOND),
        ("program", begin + 22 * SECOND),
        ("agent", begin + 50 * SECOND),
        ("open", begin + 50 * SECOND),
        ("shopper", begin + 2 * MINUTE),
        ("agent", begin + 3 * MINUTE),
        ("on_hold", begin + 4 * MINUTE),
        ("queued", begin + 6 * MINUTE),
        ("assigned", begin + 6 * MINUTE + 5 * SECOND),
        ("resolved", begin + 10 * MINUTE),
        **columns,
    )


def test_a_conversation_is_measured_as_defined(any_app):
    write_usual_room(at(MONDAY, "14:30"))

    figures = read(MONDAY)

    assert durations(figures, "frt_ms") == [50 * SECOND]
    assert durations(figures, "response_ms") == [50 * SECOND, MINUTE]
    assert durations(figures, "wait_ms") == [5 * SECOND, 20 * SECOND]
    assert durations(figures, "resolution_ms") == [10 * MINUTE]
    assert durations(figures, "duration_ms") == [8 * MINUTE]
    assert count(figures, "messages", "shopper:support:14") == 2
    assert count(figures, "messages", "agent:support:14") == 3
    assert count(figures, "conversations") == 1


def test_what_ends_on_another_day_belongs_to_that_day(any_app):
    write_room(
        ("shopper", at(MONDAY, "23:58")),
        ("queued", at(MONDAY, "23:58")),
        ("assigned", at(TUESDAY, "00:01")),
        ("agent", at(TUESDAY, "00:02")),
        ("resolved", at(TUESDAY, "00:05")),
    )

    monday, tuesday = read(MONDAY), read(TUESDAY)

    assert count(monday, "conversations") == 1
    assert durations(monday, "frt_ms") == durations(monday, "response_ms") == []
    assert durations(tuesday, "frt_ms") == durations(tuesday, "response_ms") == [4 * MINUTE]
    assert durations(tuesday, "wait_ms") == [3 * MINUTE]
    assert durations(tuesday, "duration_ms") == [7 * MINUTE]


def test_a_reopened_conversation_has_no_second_first_response(any_app):
    begin = at(MONDAY, "09:00")
    again = at(TUESDAY, "09:00")
    write_room(
        ("shopper", begin),
        ("agent", begin + MINUTE),
        ("shopper", begin + 2 * MINUTE),
        ("resolved", begin + 3 * MINUTE),
        ("shopper", again),
        ("queued", again),
        ("assigned", again + MINUTE),
        ("agent", again + 2 * MINUTE),
        ("resolved", again + 4 * MINUTE),
    )

    tuesday = read(TUESDAY)

    assert durations(tuesday, "frt_ms") == []
    assert durations(tuesday, "response_ms") == [2 * MINUTE]
    assert durations(tuesday, "duration_ms") == [4 * MINUTE]
    assert count(tuesday, "reopened") == 1


def test_business_hours_count_only_what_the_desk_was_open(any_app):
    with transaction():
        for weekday in range(5):
            db.session.add(OpeningTime(weekday=weekday, opens=9 * 60, closes=17 * 60))
        db.session.add(Holiday(day=TUESDAY))
    write_room(
        ("shopper", at(MONDAY, "16:50")),
        ("agent", at("2026-03-04", "09:10")),
        ("resolved", at("2026-03-04", "10:00")),
    )

    figures = read("2026-03-04")

    assert durations(figures, "frt_open_ms") == [20 * MINUTE]
    assert durations(figures, "resolution_open_ms") == [70 * MINUTE]


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_days_on_which_the_clocks_change_are_as_long_as_they_are(app, day, hours):
    write_room(("shopper", at(day, "00:00")), ("agent", at(day, "23:59") + MINUTE - 1))

    figures = read(day)

    assert durations(figures, "frt_ms") == durations(figures, "frt_open_ms") == [hours * HOUR - 1]


def test_availability_is_cut_at_midnight(any_app):
    write_span(at(MONDAY, "22:00"), at(TUESDAY, "01:00"), capacity=4, open_count=2)
    write_span(at(TUESDAY, "01:00"), at(TUESDAY, "02:00"), capacity=4, open_count=0)
    write_span(at(TUESDAY, "02:00"), at(TUESDAY, "05:00"), status="away")

    tuesday = read(TUESDAY)

    assert tuesday["available_ms", ""].value == 2 * HOUR
    assert tuesday["busy_ms", ""].value == HOUR
    assert tuesday["slots_offered_ms", ""].value == 8 * HOUR
    assert tuesday["slots_used_ms", ""].value == 2 * HOUR


def test_groups_are_counted_by_their_messages_alone(any_app):
    write_room(("agent", at(MONDAY)), ("agent", at(MONDAY) + MINUTE), kind="group", status="open")

    assert {metric for metric, _ in read(MONDAY)} == {"messages"}


@pytest.mark.slow
def test_figures_are_the_same_from_rows_and_from_what_was_rolled_up(any_app):
    room = write_usual_room(at(MONDAY, "14:30"))
    rate(room, 4, at(MONDAY, "15:00"))
    write_span(at(MONDAY, "09:00"), at(TUESDAY, "09:00"), open_count=1)
    write_usual_room(at(TUESDAY, "23:50"))
    asked = date.fromisoformat(MONDAY), date.fromisoformat("2026-03-05")

    before = rollups.read_days(*asked)
    assert rollups.roll_up() > 2
    after = rollups.read_days(*asked)

    assert tidy(before) == tidy(after)
    assert count(after[asked[0]], "ratings", "support:4") == 1
    assert rollups.roll_up() == 0


def tidy(days_read):
    return {
        day: {key: (each.n, each.value, sorted(each.values)) for key, each in figures.items()}
        for day, figures in days_read.items()
    }


def test_rolling_up_twice_writes_the_same(any_app):
    write_usual_room(at(MONDAY, "14:30"))
    day = date.fromisoformat(MONDAY)

    rollups.roll_up_day(day)
    rows = db.session.query(DailyFigure).count()
    rollups.roll_up_day(day)

    assert db.session.query(DailyFigure).count() == rows


def test_the_running_day_is_not_final(any_app):
    write_usual_room(read_now() - 11 * MINUTE)

    rollups.roll_up()

    assert not rollups.is_final(days.day_of(read_now()))
    assert rollups.final_until() <= days.begin_of(days.day_of(read_now()))


def test_a_room_that_is_settled_early_is_counted_once(any_app):
    now = read_now()
    today = days.day_of(now)
    kept, settled = write_usual_room(now - 11 * MINUTE), write_usual_room(now - 11 * MINUTE)
    rate(settled, 5, now)
    first = today - ONE
    before = tidy(rollups.read_days(first, today))

    for _ in range(2):
        with transaction():
            rollups.settle_room(db.session.get(Room, settled.id))

    assert tidy(rollups.read_days(first, today)) == before
    with transaction():
        rollups.settle_room(db.session.get(Room, kept.id))
    assert tidy(rollups.read_days(first, today)) == before


@pytest.mark.slow
def test_what_was_settled_stays_when_its_day_is_rolled_up(any_app):
    write_usual_room(at(MONDAY, "14:30"))
    early = write_usual_room(at(MONDAY, "15:30"))
    before = tidy(rollups.read_days(date.fromisoformat(MONDAY), date.fromisoformat(TUESDAY)))

    with transaction():
        rollups.settle_room(db.session.get(Room, early.id))
    rollups.roll_up()

    assert tidy(rollups.read_days(date.fromisoformat(MONDAY), date.fromisoformat(TUESDAY))) == before
    assert db.session.query(DailyFigure).filter(DailyFigure.split.endswith("~")).count() == 0
