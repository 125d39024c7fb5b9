"""The figures of the reports, against sums made by hand."""

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from app.catalogue.models import Variant
from app.core.database import db, transaction
from app.inventory import analytics, days, locations, report_list
from app.inventory.analytics import Period
from app.inventory.models import Reservation, ReservationLine, StockDay, StockLevel
from app.inventory.report_list import ReportQuery, select_skus
from app.inventory.sku_report import DAY_MS, SkuReport, add_up, rank
from tests.factories import make_product

FIRST, LAST = date(2026, 2, 1), date(2026, 2, 7)
WEEK = Period(FIRST, LAST, days_after := 1_900_000_000_000)
HOUR_MS = 3_600_000
FIGURES = SkuReport(
    sku="CUP", product="Cup", variant="Chalk", retired=False, price_minor=1000, on_hand=10, available=10, sold=0,
    supply=20, shrinkage=0, refused=0, out_ms=0, known_ms=10 * DAY_MS, holds=0, holds_sold=0, is_dead=False, abc="",
)  # fmt: skip


@pytest.mark.parametrize(
    ("given", "field", "expected"),
    [
        ({"sold": 5}, "sell_through", 0.25),
        ({"sold": 5, "supply": 0}, "sell_through", None),
        ({"sold": 20}, "rate", 2.0),
        ({"sold": 20, "out_ms": 5 * DAY_MS}, "rate", 4.0),
        ({"sold": 3, "out_ms": 10 * DAY_MS - HOUR_MS}, "rate", 3.0),
        ({"out_ms": 10 * DAY_MS}, "rate", None),
        ({"known_ms": 0}, "rate", None),
        ({"sold": 20}, "cover_days", 5.0),
        ({"sold": 20, "available": -2}, "cover_days", 0.0),
        ({"sold": 0}, "cover_days", None),
        ({"sold": 20, "out_ms": 5 * DAY_MS}, "out_share", 0.5),
        ({"sold": 20, "out_ms": 5 * DAY_MS}, "lost", 20.0),
        ({"sold": 20}, "lost", 0.0),
        ({"holds": 8, "holds_sold": 6}, "conversion", 0.75),
        ({}, "conversion", None),
        ({"sold": 20}, "order", 46),
        ({"sold": 1}, "order", 0),
        ({"sold": 4, "available": 0}, "order", 12),
        ({"sold": 5, "available": 14}, "order", 0),
        ({"sold": 20, "retired": True}, "order", 0),
        ({"sold": 3}, "revenue_minor", 3000),
    ],
)
def test_each_figure_follows_its_formula(given, field, expected):
    assert getattr(replace(FIGURES, **given), field) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("revenue", "classes"),
    [
        ((), ""),
        ((0, 0), ""),
        ((100,), "A"),
        ((80, 15, 5), "ABC"),
        ((79, 16, 5), "AAC"),
        ((60, 20, 10, 5, 5), "AABBC"),
        ((5, 15, 80), "CBA"),
        ((50, 50, 0), "AA"),
    ],
)
def test_abc_goes_by_what_those_before_bring(revenue, classes):
    assert "".join(each for _, each in sorted(rank(dict(enumerate(revenue))).items())) == classes


def test_the_shop_is_the_sum_of_its_skus():
    totals = add_up([
        replace(FIGURES, sold=20, out_ms=5 * DAY_MS, refused=2, shrinkage=3, holds=4, holds_sold=1),
        replace(FIGURES, sold=10, refused=1, shrinkage=-1, holds=4, holds_sold=3),
        FIGURES,
    ])  # fmt: skip

    assert (totals.sold, totals.revenue_minor, totals.refused, totals.shrinkage) == (30, 30_000, 3, 2)
    assert (totals.sell_through, totals.median_cover, totals.lost) == (0.5, 6.25, 20.0)
    assert (totals.out_ms, totals.out_share, totals.conversion) == (5 * DAY_MS, pytest.approx(1 / 6), 0.5)


def add_day(level_id, day, **figures):
    names = [column.name for column in StockDay.__table__.c if column.name not in ("stock_level_id", "day")]
    row = dict.fromkeys(names, 0) | figures
    row["closing"] = row["opening"] + row["received"] + row["returned"] - row["sold"] + row["adjusted"]
    with transaction():
        db.session.add(StockDay(stock_level_id=level_id, day=day, **row))


def add_hold(level_id, status, at):
    with transaction():
        hold = Reservation(
            owner="visitor:1", status=status, expires_at=at, hard_expires_at=at, created_at=at, closed_at=at
        )
        hold.lines = [ReservationLine(stock_level_id=level_id, quantity=1)]
        db.session.add(hold)


def levels_of(sku):
    found = (
        sa.select(StockLevel.id).join(Variant, Variant.id == StockLevel.variant_id).where(Variant.sku == sku)
    )
    return list(db.session.scalars(found.order_by(StockLevel.id)).all())


def report_of(sku, period=WEEK):
    return next(each for each in analytics.read_report(period).skus if each.sku == sku)


def test_rows_of_the_period_and_no_others_are_summed(any_app):
    make_product(sku="CUP", stock=6, price=1500)
    (level,) = levels_of("CUP")
    add_day(level, date(2026, 1, 31), received=99, sold=89)
    add_day(level, date(2026, 2, 1), opening=10, sold=4, returned=1)
    add_day(level, date(2026, 2, 2), opening=7, sold=7, out_ms=12 * HOUR_MS, refused=3)
    add_day(level, date(2026, 2, 3), opening=0, out_ms=24 * HOUR_MS, refused=2)
    add_day(level, date(2026, 2, 4), received=10, damaged=1, adjusted=-2, out_ms=12 * HOUR_MS)
    add_day(level, date(2026, 2, 8), opening=8, sold=8)
    for status, on in (("committed", 2), ("committed", 3), ("expired", 3), ("held", 3), ("released", 9)):
        add_hold(level, status, days.begin_of(date(2026, 2, on)))

    report = analytics.read_report(WEEK)
    cup = report.skus[0]

    assert (cup.sold, cup.supply, cup.refused, cup.shrinkage) == (11, 20, 5, 3)
    assert (cup.sell_through, cup.out_ms, cup.known_ms) == (0.55, 2 * DAY_MS, 4 * DAY_MS)
    assert (cup.rate, cup.cover_days, cup.lost) == (5.5, pytest.approx(6 / 5.5), 11.0)
    assert (cup.holds, cup.holds_sold, cup.abc, cup.order) == (3, 2, "A", 148)
    assert report.known == (date(2026, 2, 1), date(2026, 2, 4))
    assert [units for _, units in report.sold_by_day] == [4, 7, 0, 0, None, None, None]


def test_of_several_locations_the_shortest_time_counts(app):
    make_product(sku="CUP", stock=5)
    with transaction():
        locations.add_location("loft", "The loft", actor="test", role="staff")
    with transaction():
        locations.ensure_level("CUP", "loft")
    shelf, loft = levels_of("CUP")
    for day, out in ((1, (24, 0)), (2, (24, 6)), (3, (0, 24))):
        for level, hours in zip((shelf, loft), out, strict=True):
            add_day(level, date(2026, 2, day), opening=5, sold=1, received=1, out_ms=hours * HOUR_MS)

    cup = report_of("CUP")

    assert (cup.sold, cup.supply, cup.out_ms, cup.known_ms) == (6, 16, 6 * HOUR_MS, 3 * DAY_MS)


def test_dead_is_what_was_here_for_sixty_days_and_did_not_sell(app):
    begin = LAST - 59 * days.ONE
    for sku, stock in (("DEAD", 3), ("SOLD", 3), ("NEW", 3), ("GONE", 0)):
        make_product(sku=sku, stock=stock)
        (level,) = levels_of(sku)
        if sku != "NEW":
            add_day(level, begin, opening=4)
        add_day(level, begin + days.ONE, opening=4, sold=1 if sku == "SOLD" else 0)

    assert {each.sku for each in analytics.read_report(WEEK).skus if each.is_dead} == {"DEAD"}


def test_the_running_day_counts_up_to_now(app):
    make_product(sku="CUP", stock=5)
    add_day(levels_of("CUP")[0], LAST, opening=6, sold=1)

    cup = report_of("CUP", replace(WEEK, now=days.begin_of(LAST) + 6 * HOUR_MS))

    assert (cup.known_ms, cup.rate) == (6 * HOUR_MS, 1.0)


def test_without_rows_nothing_is_known(app):
    make_product(sku="CUP", stock=5)

    report = analytics.read_report(WEEK)

    assert report.known is None
    assert (report.totals.sell_through, report.totals.median_cover, report.skus[0].known_ms) == (
        None,
        None,
        0,
    )


@pytest.mark.parametrize("sort", [f"{sign}{name}" for sign in ("", "-") for name in report_list.SORTS])
def test_what_has_no_figure_comes_last_whichever_way_it_is_sorted(sort):
    low = replace(FIGURES, sku="A", sold=1, supply=9, available=1, refused=1, holds=2, holds_sold=1, abc="A")
    high = replace(
        low, sku="B", sold=6, out_ms=DAY_MS, holds_sold=2, abc="B", shrinkage=1, refused=2, available=9
    )
    none = replace(FIGURES, sku="C", known_ms=0, supply=0)

    shown = select_skus([none, high, low], ReportQuery(sort=sort))

    field = report_list.SORTS[sort.removeprefix("-")]
    values = [getattr(each, field) for each in shown]
    known = [value for value in values if value not in (None, "")]
    assert known == sorted(known, reverse=sort.startswith("-"))
    assert values[: len(known)] == known
