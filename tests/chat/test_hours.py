"""Business hours: on the wall's clock, over midnight, on holidays and on the days that have 23 or 25 hours."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from app.chat.desk import hours
from app.chat.models import Holiday, OpeningTime
from app.core.database import db, transaction

MONDAY, FRIDAY, SATURDAY, SUNDAY = 0, 4, 5, 6
DAY = 24 * 60
BERLIN = ZoneInfo("Europe/Berlin")


def at(text, fold=0):
    """Epoch ms of a moment on the wall's clock in Berlin; an offset such as +02:00 is taken as it is."""
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=BERLIN, fold=fold)).timestamp() * 1000)


def open_on(weekday, opens, closes):
    with transaction():
        db.session.add(OpeningTime(weekday=weekday, opens=opens, closes=closes))


def close_on(day):
    with transaction():
        db.session.add(Holiday(day=day))


def test_without_any_times_it_is_always_open_except_on_holidays(any_app):
    assert hours.is_open(at("2026-11-23T03:00"))

    close_on("2026-11-23")

    assert not hours.is_open(at("2026-11-23T03:00"))
    assert hours.next_opening(at("2026-11-23T03:00")) == at("2026-11-24T00:00")


def test_it_opens_on_the_minute_and_is_closed_from_the_closing_minute_on(any_app):
    open_on(MONDAY, 9 * 60, 17 * 60)

    assert [
        hours.is_open(at(f"2026-11-23T{time}")) for time in ("08:59:59", "09:00", "16:59:59", "17:00")
    ] == [False, True, True, False]


def test_two_times_of_a_day_have_a_break_between_them(app):
    open_on(MONDAY, 9 * 60, 12 * 60)
    open_on(MONDAY, 13 * 60, 17 * 60)

    assert not hours.is_open(at("2026-11-23T12:30"))
    assert hours.next_opening(at("2026-11-23T12:30")) == at("2026-11-23T13:00")
    assert hours.next_opening(at("2026-11-23T14:00")) == at("2026-11-23T14:00")


def test_hours_that_end_at_midnight_go_on_with_those_of_the_next_day(app):
    open_on(FRIDAY, 20 * 60, DAY)
    open_on(SATURDAY, 0, 2 * 60)

    assert hours.is_open(at("2026-11-27T23:59:59"))
    assert hours.is_open(at("2026-11-28T00:00"))
    assert not hours.is_open(at("2026-11-28T02:00"))
    assert hours.next_opening(at("2026-11-28T02:00")) == at("2026-12-04T20:00")


def test_the_next_opening_skips_holidays(any_app):
    open_on(FRIDAY, 9 * 60, 17 * 60)
    close_on("2026-12-25")

    assert hours.next_opening(at("2026-12-19T10:00")) == at("2027-01-01T09:00")


def test_a_desk_whose_only_day_is_gone_for_a_year_has_no_next_opening(app):
    open_on(MONDAY, 9 * 60, 17 * 60)
    with transaction():
        for day in range(0, 372, 7):
            date = datetime.fromordinal(datetime(2026, 11, 23).toordinal() + day).date()
            db.session.add(Holiday(day=date.isoformat()))

    assert hours.next_opening(at("2026-11-22T10:00")) is None


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_nine_in_the_morning_is_nine_in_the_morning_when_the_clocks_have_changed(app, day):
    open_on(SUNDAY, 9 * 60, 17 * 60)

    assert hours.next_opening(at(f"{day}T00:30")) == at(f"{day}T09:00")
    assert not hours.is_open(at(f"{day}T08:59"))
    assert hours.is_open(at(f"{day}T16:59"))


def test_an_opening_that_the_clocks_skip_happens_when_they_have_skipped_it(app):
    open_on(SUNDAY, 2 * 60 + 30, 5 * 60)
    skipped = at("2026-03-29T03:00:00+02:00")

    assert hours.next_opening(at("2026-03-29T01:59")) == skipped
    assert hours.is_open(skipped)
    assert not hours.is_open(skipped - 1)


def test_an_opening_that_the_clocks_show_twice_counts_both_times(app):
    open_on(SUNDAY, 2 * 60, 2 * 60 + 30)
    first, second = at("2026-10-25T02:10:00+02:00"), at("2026-10-25T02:10:00+01:00")

    assert hours.is_open(first)
    assert hours.is_open(second)
    assert not hours.is_open(at("2026-10-25T02:40:00+02:00"))
    assert hours.next_opening(at("2026-10-25T00:00")) == at("2026-10-25T02:00:00+02:00")
