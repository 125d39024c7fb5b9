"""How much of a time the desk was open, also on days that are no 24 hours long."""

import pytest

from app.chat.figures.business_time import BusinessTime
from app.chat.models import Holiday, OpeningTime
from app.core.database import db, transaction
from tests.chat.past import HOUR, MINUTE, at


@pytest.fixture
def business(app):
    """From Sunday to Wednesday, with a break; nights on Saturday into Sunday; Tuesday the 3rd of March is a holiday."""
    with transaction():
        for weekday in (6, 0, 1, 2):
            db.session.add(OpeningTime(weekday=weekday, opens=9 * 60, closes=12 * 60))
            db.session.add(OpeningTime(weekday=weekday, opens=13 * 60, closes=17 * 60))
        db.session.add(OpeningTime(weekday=5, opens=22 * 60, closes=24 * 60))
        db.session.add(OpeningTime(weekday=6, opens=0, closes=4 * 60))
        db.session.add(Holiday(day="2026-03-03"))
    return BusinessTime()


@pytest.mark.parametrize(
    ("start", "end", "open_ms"),
    [
        (("2026-03-02", "08:00"), ("2026-03-02", "08:59"), 0),
        (("2026-03-02", "08:00"), ("2026-03-02", "09:30"), 30 * MINUTE),
        (("2026-03-02", "11:30"), ("2026-03-02", "13:30"), HOUR),
        (("2026-03-02", "16:30"), ("2026-03-04", "09:30"), HOUR),
        (("2026-03-02", "00:00"), ("2026-03-02", "23:59"), 7 * HOUR),
        (("2026-03-02", "10:00"), ("2026-03-02", "10:00"), 0),
        (("2026-03-07", "21:00"), ("2026-03-08", "05:00"), 6 * HOUR),
        # The clocks go forward at 02:00 on the 29th of March, and back at 03:00 on the 25th of October.
        (("2026-03-28", "21:00"), ("2026-03-29", "05:00"), 5 * HOUR),
        (("2026-10-24", "21:00"), ("2026-10-25", "05:00"), 7 * HOUR),
        (("2026-03-29", "08:00"), ("2026-03-29", "18:00"), 7 * HOUR),
    ],
)
def test_only_the_time_that_the_desk_is_open_counts(business, start, end, open_ms):
    assert business.open_ms(at(*start), at(*end)) == open_ms


def test_a_desk_without_hours_is_always_open(app):
    assert BusinessTime().open_ms(at("2026-03-28"), at("2026-03-30")) == 47 * HOUR
