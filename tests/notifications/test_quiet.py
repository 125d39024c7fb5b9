"""When somebody is not disturbed: overnight, while the clocks change, and for as long as they said."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from app.core.database import read_now, transaction
from app.core.errors import Invalid
from app.notifications.choices import quiet
from app.notifications.choices.quiet import Quiet
from tests.notifications.telling import ADA, register

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Quiet(22 * 60, 7 * 60, "Europe/Berlin")
HOUR = 3_600_000


def ms(text, fold=0):
    """Of a time on the clocks of Berlin."""
    local = datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold)
    return round(local.timestamp() * 1000)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-06-10 21:59", None),
        ("2026-06-10 22:00", "2026-06-11 07:00"),
        ("2026-06-10 23:59", "2026-06-11 07:00"),
        ("2026-06-11 00:00", "2026-06-11 07:00"),
        ("2026-06-11 06:59", "2026-06-11 07:00"),
        ("2026-06-11 07:00", None),
        ("2026-12-31 23:00", "2027-01-01 07:00"),
        ("2026-03-28 23:00", "2026-03-29 07:00"),
        ("2026-10-24 23:00", "2026-10-25 07:00"),
    ],
)
def test_a_night_ends_in_the_morning(now, end):
    assert quiet.end_of_quiet(NIGHT, ms(now)) == ms(end or now)


def test_a_night_in_which_the_clocks_change_is_an_hour_shorter_or_longer():
    def hours(evening):
        return (quiet.end_of_quiet(NIGHT, ms(evening)) - ms(evening)) / HOUR

    assert (hours("2026-03-28 22:00"), hours("2026-06-10 22:00"), hours("2026-10-24 22:00")) == (8, 9, 10)


def test_quiet_that_ends_at_a_time_that_is_skipped_ends_that_much_later():
    until_half_past_two = Quiet(22 * 60, 150, "Europe/Berlin")

    assert quiet.end_of_quiet(until_half_past_two, ms("2026-03-28 23:00")) == ms("2026-03-29 03:30")


def test_quiet_that_ends_at_a_time_that_comes_twice_ends_at_the_first():
    until_half_past_two = Quiet(22 * 60, 150, "Europe/Berlin")

    assert quiet.end_of_quiet(until_half_past_two, ms("2026-10-24 23:00")) == ms("2026-10-25 02:30")
    again = ms("2026-10-25 02:10", fold=1)
    assert quiet.end_of_quiet(until_half_past_two, again) == again


def test_quiet_at_noon_ends_the_same_day():
    noon = Quiet(12 * 60, 13 * 60, "Europe/Berlin")

    assert quiet.end_of_quiet(noon, ms("2026-06-10 12:30")) == ms("2026-06-10 13:00")
    assert quiet.end_of_quiet(noon, ms("2026-06-10 13:00")) == ms("2026-06-10 13:00")
    assert quiet.end_of_quiet(noon, ms("2026-06-10 23:00")) == ms("2026-06-10 23:00")


def test_the_same_hours_are_other_moments_elsewhere():
    tokyo = Quiet(22 * 60, 7 * 60, "Asia/Tokyo")

    assert quiet.end_of_quiet(tokyo, ms("2026-06-10 15:30")) == ms("2026-06-11 00:00")
    assert quiet.end_of_quiet(tokyo, ms("2026-06-11 00:30")) == ms("2026-06-11 00:30")


def test_the_same_time_twice_is_no_quiet_at_all():
    assert quiet.end_of_quiet(Quiet(60, 60), ms("2026-06-10 01:00")) == ms("2026-06-10 01:00")


def test_a_pause_that_ends_at_night_goes_on_until_the_morning():
    paused = Quiet(NIGHT.start, NIGHT.end, NIGHT.zone, paused_until=ms("2026-06-10 23:00"))

    assert quiet.end_of_quiet(paused, ms("2026-06-10 12:00")) == ms("2026-06-11 07:00")
    assert quiet.end_of_quiet(paused, ms("2026-06-11 12:00")) == ms("2026-06-11 12:00")


def test_what_is_urgent_waits_for_nobody(any_app):
    now = read_now()
    with transaction():
        quiet.set_pause(ADA, now + HOUR)

    assert quiet.not_before(ADA, register(any_app, bypasses_quiet=True), now) == now
    assert quiet.not_before(ADA, register(any_app, bypasses_quiet=False), now) == now + HOUR
    assert quiet.not_before("visitor:kim", register(any_app, bypasses_quiet=False), now) == now


def test_hours_and_pause_are_set_apart_so_that_two_tabs_lose_neither(any_app):
    until = read_now() + HOUR
    with transaction():
        quiet.set_hours(ADA, 1320, 420, "Europe/Berlin")
        quiet.set_pause(ADA, until)
        quiet.set_hours(ADA, 1380, 420, "Europe/Berlin")

    assert quiet.read_quiet(ADA) == Quiet(1380, 420, "Europe/Berlin", until)
    with transaction():
        quiet.set_pause(ADA, None)
        quiet.set_hours(ADA, None, None, "Europe/Berlin")
    assert quiet.read_quiet(ADA) == Quiet(zone="Europe/Berlin")


@pytest.mark.parametrize(
    ("hours", "field"),
    [
        ((1320, None, "UTC"), "quietEnd"),
        ((None, 420, "UTC"), "quietStart"),
        ((1440, 0, "UTC"), "quietStart"),
        ((0, -1, "UTC"), "quietEnd"),
        ((0, 60, "Europe/Nowhere"), "zone"),
        ((0, 60, "../../etc/passwd"), "zone"),
        ((0, 60, ""), "zone"),
        ((0, 60, "Europe"), "zone"),
    ],
)
def test_hours_that_are_none_are_refused_at_their_field(app, hours, field):
    with pytest.raises(Invalid) as refused, transaction():
        quiet.set_hours(ADA, *hours)

    assert [each["field"] for each in refused.value.facts["errors"]] == [field]
    assert quiet.read_quiet(ADA) == Quiet()


def test_a_pause_has_an_end(app):
    with pytest.raises(Invalid), transaction():
        quiet.set_pause(ADA, read_now() + 91 * 24 * HOUR)
