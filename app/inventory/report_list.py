"""The table of the reports: which SKUs it shows, in which order, and the same as a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.core.csv_files import guard
from app.inventory.analytics import Report
from app.inventory.exports import line
from app.inventory.sku_report import DAY_MS, SkuReport

PAGE = 50
PERIODS = (7, 28, 90)
USUAL_PERIOD = 28
SHOWS = ("all", "a", "b", "c", "dead")
SORTS = {
    "sku": "sku",
    "abc": "abc",
    "sold": "sold",
    "sell-through": "sell_through",
    "rate": "rate",
    "available": "available",
    "cover": "cover_days",
    "out": "out_ms",
    "lost": "lost",
    "refused": "refused",
    "shrinkage": "shrinkage",
    "holds": "conversion",
    "order": "order",
}
SKU_COLUMNS = (
    "sku", "product", "variant", "abc", "sold", "revenue_minor", "sell_through", "sold_a_day", "available",
    "days_of_cover", "out_of_stock_days", "out_of_stock_share", "lost_sales", "refused", "shrinkage", "holds",
    "holds_sold", "dead_stock", "suggested_order",
)  # fmt: skip


@dataclass(frozen=True)
class ReportQuery:
    """What stands in the page's address."""

    days: int = USUAL_PERIOD
    text: str = ""
    show: str = "all"
    sort: str = "-sold"
    page: int = 1


def select_skus(skus: Sequence[SkuReport], query: ReportQuery) -> list[SkuReport]:
    """Those that match, sorted; what has no figure comes last, whichever way."""
    words = query.text.casefold().split()
    found = [
        each
        for each in skus
        if is_shown(each, query.show)
        and all(word in f"{each.sku} {each.product} {each.variant}".casefold() for word in words)
    ]
    field = SORTS[query.sort.removeprefix("-")]
    known = [each for each in found if getattr(each, field) not in (None, "")]
    known.sort(key=lambda each: getattr(each, field), reverse=query.sort.startswith("-"))
    return known + [each for each in found if getattr(each, field) in (None, "")]


def is_shown(report: SkuReport, show: str) -> bool:
    return show == "all" or (report.is_dead if show == "dead" else report.abc == show.upper())


def write_skus(skus: Sequence[SkuReport]) -> Iterator[str]:
    yield line(SKU_COLUMNS)
    for each in skus:
        texts = (guard(text) for text in (each.sku, each.product, each.variant))
        yield line((
            *texts, each.abc, each.sold, each.revenue_minor, short(each.sell_through), short(each.rate),
            each.available, short(each.cover_days), short(each.out_ms / DAY_MS), short(each.out_share),
            short(each.lost), each.refused, each.shrinkage, each.holds, each.holds_sold,
            "yes" if each.is_dead else "no", each.order,
        ))  # fmt: skip


def write_days(report: Report) -> Iterator[str]:
    """A day that nobody knows of has an empty cell."""
    yield line(("day", "sold"))
    for day, units in report.sold_by_day:
        yield line((day.isoformat(), units))


def short(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 4)
