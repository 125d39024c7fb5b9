"""The chart's figures: the end of each day, and nothing where nobody knows."""

from datetime import date, timedelta

import sqlalchemy as sa

from app.core.axes import choose_step
from app.core.database import db, run_transaction, transaction
from app.inventory import locations, rollups, trends
from app.inventory.adjustments import change_stock
from app.inventory.models import StockMovement
from app.inventory.trend_chart import draw_chart
from app.inventory.trends import TrendDay
from tests.factories import SHELF, make_product, unlock_ledger
from tests.inventory.holding import ADA, BY_TEST, reserve

DAY_MS = 86_400_000


def date_back(days):
    """All movements so far happened so many days earlier."""
    with transaction():
        db.session.execute(
            sa.update(StockMovement).values(created_at=StockMovement.created_at - days * DAY_MS)
        )


def change(operation, units):
    run_transaction(lambda: change_stock("CUP", operation, units, BY_TEST))


def lived_through():
    """Ten on the shelf, two days later two held, three more days later four sold; then two quiet days."""
    unlock_ledger()
    make_product(sku="CUP", stock=10)
    date_back(2)
    reserve(ADA, CUP=2)
    date_back(3)
    change("sale", 4)
    date_back(2)


def pairs(days):
    return [(day.on_hand, day.available) for day in days]


def test_each_day_has_what_there_was_at_its_end(any_app):
    lived_through()
    rollups.roll_up()
    change("receive", 5)

    trend = trends.read_trend("CUP", length=9)

    assert pairs(trend) == [(None, None)] + [(10, 10)] * 2 + [(10, 8)] * 3 + [(6, 4)] * 2 + [(11, 9)]


def test_without_roll_ups_only_today_is_known(app):
    lived_through()

    assert pairs(trends.read_trend("CUP", length=4)) == [(None, None)] * 3 + [(6, 4)]


def test_locations_are_added_up(app):
    lived_through()
    rollups.roll_up()
    with transaction():
        locations.add_location("loft", "The loft", actor="test", role="staff")
        locations.transfer("CUP", SHELF, "loft", 3, BY_TEST)

    assert pairs(trends.read_trend("CUP", length=2)) == [(6, 4), (6, 4)]


def test_a_day_whose_movements_are_pruned_still_has_what_was_on_hand(app):
    lived_through()
    rollups.roll_up()
    with transaction():
        db.session.execute(sa.delete(StockMovement))

    expected = [(10, None), (6, None), (6, None), (6, 4)]
    assert pairs(trends.read_trend("CUP", length=4)) == expected


def week(*figures):
    start = date(2026, 11, 1)
    return [TrendDay(start + timedelta(days=at), units, units) for at, units in enumerate(figures)]


def test_the_axis_starts_at_zero_and_has_five_ticks_at_most():
    for most in (1, 4, 5, 7, 12, 47, 99, 100, 12_345):
        chart = draw_chart(week(most, 0), 860, 250)
        units = [units for _, units in chart.ticks]
        assert units[0] == 0
        assert units[-1] >= most
        assert len(units) <= 5, (most, units)
    assert choose_step(1) == 1


def test_what_nobody_knows_is_a_gap_and_zero_is_a_line():
    chart = draw_chart(week(None, None, None, None, 0, 3), 860, 250)

    (gap,) = chart.gaps
    assert gap.is_wide
    assert [len(line.paths) for line in chart.lines] == [1, 1]
    assert chart.lines[0].paths[0].startswith("M")
    assert draw_chart(week(None, None), 860, 250) is None


def test_labels_at_the_ends_of_equal_lines_do_not_lie_on_each_other():
    first, second = draw_chart(week(5, 5, 5), 860, 250).lines

    assert abs(first.label_y - second.label_y) >= 18


def test_more_sold_than_there_is_stays_on_the_axis():
    chart = draw_chart([TrendDay(date(2026, 11, day), 2, -3) for day in (1, 2)], 358, 220)

    assert chart.lines[1].y <= chart.bottom
