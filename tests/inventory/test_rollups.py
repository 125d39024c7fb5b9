"""What a day was, in the shop's own time zone, on both databases."""

from datetime import date

import pytest
import sqlalchemy as sa

from app.core.database import db, read_now
from app.inventory import days, expiry, rollups
from app.inventory.errors import InsufficientStock
from app.inventory.models import StockDay
from tests.factories import make_product
from tests.inventory.holding import ADA, age, process, reserve
from tests.inventory.past import change, dated, day_rows, local_ms

BERLIN = "Europe/Berlin"
NOON = "2026-02-10 12:00"
HOUR_MS = 3_600_000
BALANCE = ("opening", "received", "sold", "returned", "adjusted", "damaged", "closing", "changes")


@pytest.fixture
def make_zoned(make_app):
    """The shop in a time zone of the test's choice, on the test's own database."""

    def make(zone):
        context = make_app(SHOP_TIMEZONE=zone).app_context()
        context.push()
        contexts.append(context)

    contexts = []
    yield make
    for context in contexts:
        context.pop()


def open_on(moment, *, sku="CUP", stock=10):
    with dated(moment):
        make_product(sku=sku, stock=stock)


def test_a_day_says_what_came_what_went_and_what_was_left(any_app):
    at = local_ms(NOON, BERLIN)
    open_on(at - 24 * HOUR_MS)
    for operation, quantity in (("receive", 5), ("sale", 3), ("return", 1), ("remove", 2), ("damage", 4)):
        change("CUP", operation, quantity, at)

    rollups.roll_up_day(date(2026, 2, 9))
    rollups.roll_up_day(date(2026, 2, 10))

    assert day_rows(*BALANCE) == [
        ("2026-02-09", 0, 10, 0, 0, 0, 0, 10, 1),
        ("2026-02-10", 10, 5, 3, 1, -2, 4, 11, 5),
    ]


def test_rolling_up_again_changes_nothing(any_app):
    open_on(local_ms(NOON, BERLIN))

    assert rollups.roll_up() > 1
    rows = day_rows(*BALANCE, "out_ms")

    for day in {row[0] for row in rows}:
        assert rollups.roll_up_day(date.fromisoformat(day)) == 0
    assert day_rows(*BALANCE, "out_ms") == rows


def test_a_row_that_is_wrong_is_put_right(any_app):
    open_on(local_ms(NOON, BERLIN))
    rollups.roll_up_day(date(2026, 2, 10))
    db.session.execute(sa.update(StockDay).values(sold=7))
    db.session.commit()

    assert rollups.roll_up_day(date(2026, 2, 10)) == 1

    assert day_rows("sold") == [("2026-02-10", 0)]


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("Europe/Berlin", "2026-02-10 23:59:59.999", "2026-02-10"),
        ("Europe/Berlin", "2026-02-11 00:00", "2026-02-11"),
        ("America/New_York", "2026-02-10 23:59:59.999", "2026-02-10"),
        ("America/New_York", "2026-02-11 00:00", "2026-02-11"),
        ("Pacific/Kiritimati", "2026-02-10 23:59:59.999", "2026-02-10"),
        ("Pacific/Kiritimati", "2026-02-11 00:00", "2026-02-11"),
        ("Asia/Kathmandu", "2026-02-11 00:00", "2026-02-11"),
        # The clocks change: 23 hours, 25 hours, and a day that begins at one in the morning.
        ("Europe/Berlin", "2026-03-29 23:59:59.999", "2026-03-29"),
        ("Europe/Berlin", "2026-03-30 00:00", "2026-03-30"),
        ("Europe/Berlin", "2025-10-26 23:59:59.999", "2025-10-26"),
        ("Asia/Beirut", "2026-03-28 23:59:59.999", "2026-03-28"),
        ("Asia/Beirut", "2026-03-29 01:00", "2026-03-29"),
    ],
)
def test_a_movement_counts_on_the_shops_own_day(make_zoned, zone, moment, day):
    make_zoned(zone)
    open_on(local_ms(moment, zone), stock=3)
    change("CUP", "sale", 1, local_ms(moment, zone))

    around = date.fromisoformat(day)
    for each in (around - days.ONE, around, around + days.ONE):
        rollups.roll_up_day(each)

    after = (around + days.ONE).isoformat()
    assert day_rows("sold", "closing", "changes") == [(day, 1, 2, 2), (after, 0, 2, 0)]


@pytest.mark.parametrize(("day", "hours"), [("2026-02-10", 24), ("2026-03-29", 23), ("2025-10-26", 25)])
def test_a_sold_out_day_is_as_long_as_the_day_was(any_app, day, hours):
    around = date.fromisoformat(day)
    before = days.begin_of(around) - HOUR_MS
    open_on(before - HOUR_MS, stock=1)
    change("CUP", "sale", 1, before)

    rollups.roll_up_day(around - days.ONE)
    rollups.roll_up_day(around)

    assert day_rows("closing", "out_ms") == [
        ((around - days.ONE).isoformat(), 0, HOUR_MS),
        (day, 0, hours * HOUR_MS),
    ]


def test_time_sold_out_is_counted_between_movements_and_holds_count_too(any_app):
    begin = days.begin_of(date(2026, 2, 10))
    open_on(begin - HOUR_MS, stock=2)
    with dated(begin + 2 * HOUR_MS):
        held = reserve(ADA, CUP=2)
    with dated(begin + 5 * HOUR_MS):
        process("A-1", held)
    change("CUP", "receive", 4, begin + 6 * HOUR_MS)
    change("CUP", "damage", 4, begin + 23 * HOUR_MS)

    rollups.roll_up_day(date(2026, 2, 10))

    # From the hold to the delivery, and from the damage to the end of the day.
    assert day_rows("out_ms", "holds", "sold", "closing") == [("2026-02-10", 5 * HOUR_MS, 1, 2, 4)]


def test_a_new_product_is_not_sold_out_before_its_first_movement(any_app):
    begin = days.begin_of(date(2026, 2, 10))
    open_on(begin + 20 * HOUR_MS)

    rollups.roll_up_day(date(2026, 2, 9))
    rollups.roll_up_day(date(2026, 2, 10))

    assert day_rows("opening", "out_ms") == [("2026-02-10", 0, 0)]


def test_the_running_day_counts_up_to_now_and_holds_that_expire(any_app):
    make_product(sku="CUP", stock=2)
    age(reserve(ADA, CUP=2), 601)
    expiry.expire_due()
    with pytest.raises(InsufficientStock):
        reserve(ADA, CUP=9)
    any_app.extensions["refused_demand"].flush()

    rollups.roll_up()

    assert [row[1:] for row in day_rows("holds", "holds_expired", "refused", "closing")] == [(1, 1, 9, 2)]
    assert 0 <= day_rows("out_ms")[0][1] < 60_000


def test_a_stop_of_days_is_made_up_for(any_app):
    today = days.day_of(read_now())
    open_on(days.begin_of(today - 4 * days.ONE))
    rollups.roll_up_day(today - 4 * days.ONE)
    change("CUP", "sale", 1, days.begin_of(today - 4 * days.ONE) + HOUR_MS)
    change("CUP", "sale", 1, days.begin_of(today - 2 * days.ONE))

    rollups.roll_up()

    assert [row[1:] for row in day_rows("sold", "closing")] == [(1, 9), (0, 9), (1, 8), (0, 8), (0, 8)]


def test_without_analytics_nothing_is_queued(make_app):
    with make_app(INVENTORY_ENABLE_ANALYTICS="false").app_context():
        rollups.queue_roll_up()

        assert db.session.scalar(sa.text("SELECT COUNT(*) FROM outbox")) == 0
