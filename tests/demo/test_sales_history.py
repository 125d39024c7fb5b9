"""The demo's invented past: it adds up, it ends with what is on the shelf, and the ledger agrees."""

from itertools import pairwise

import sqlalchemy as sa

from app.core.database import db
from app.demo.sales_history import DAYS
from app.demo.seed import seed_shop
from app.inventory import analytics, days, grid, proofs, rollups
from app.inventory.grid import GridQuery
from app.inventory.models import StockDay, StockLevel


def test_each_day_adds_up_and_the_last_ends_with_what_is_on_the_shelf(app):
    seed_shop()
    shelf = dict(db.session.execute(sa.select(StockLevel.id, StockLevel.on_hand)).all())

    rows = {}
    for row in db.session.scalars(sa.select(StockDay).order_by(StockDay.day)):
        rows.setdefault(row.stock_level_id, []).append(row)

    assert {level: days[-1].closing for level, days in rows.items()} == shelf
    assert all(days[0].opening == 0 for days in rows.values())
    assert all(before.closing == after.opening for days in rows.values() for before, after in pairwise(days))
    assert list(proofs.check_days()) == []


def test_no_line_of_the_stock_list_steps_between_yesterday_and_today(app):
    seed_shop()
    skus = grid.list_skus(GridQuery())
    rows, closings = grid.read_rows(skus), grid.find_closings(skus, "")

    ends = {row.sku: (closings[row.sku][days.today() - days.ONE], row.figures.on_hand) for row in rows}

    assert {sku: end for sku, end in ends.items() if end[0] != end[1]} == {}


def test_the_roll_up_leaves_it_alone_and_reports_have_every_day(app):
    seed_shop()
    before = db.session.scalar(sa.select(sa.func.sum(StockDay.sold)))

    rollups.roll_up()
    report = analytics.read_report(analytics.last_days(DAYS + 1))

    assert None not in [units for _, units in report.sold_by_day]
    assert before <= report.totals.sold <= before + 10
    assert any(each.is_dead for each in report.skus)
