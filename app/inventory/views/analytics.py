"""The reports: what sold, what was missing, what lies about, and how busy the inventory is."""

from collections.abc import Callable
from dataclasses import asdict, replace
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from app.core import metrics
from app.core.http import see_other
from app.inventory import activity, analytics, report_list
from app.inventory.report_list import PAGE, PERIODS, SHOWS, SORTS, USUAL_PERIOD, ReportQuery
from app.inventory.sales_chart import draw_sales
from app.inventory.sku_report import DAY_MS
from app.inventory.views.grid import LONGEST_TEXT, list_numbers
from app.security.access import role_required

PATH = "/staff/inventory/analytics"
CHARTS = ((1200, 240), (358, 200))

bp = Blueprint("analytics", __name__, url_prefix="/staff/inventory")


@bp.get("/analytics")
@role_required("staff", "agent")
def show_analytics() -> str:
    if not analytics.is_on():
        return render_template("inventory/analytics_off.html")
    query = read_query(request.args)
    report = analytics.read_report(analytics.last_days(query.days))
    found = report_list.select_skus(report.skus, query)
    pages = max(1, -(-len(found) // PAGE))
    query = replace(query, page=min(query.page, pages))
    first = (query.page - 1) * PAGE
    return render_template(
        "inventory/analytics.html",
        report=report,
        wanted=query,
        rows=found[first : first + PAGE],
        total=len(found),
        first=first + 1,
        pages=pages,
        page_numbers=list_numbers(query.page, pages),
        counts=count_shows(report),
        charts=[draw_sales(report.sold_by_day, report.period.last, *size) for size in CHARTS],
        timezone=current_app.config["SETTINGS"].SHOP_TIMEZONE,
        changes=activity.count_changes(),
        timings=activity.read_timings(),
        timings_are_shared=metrics.are_shared(),
        link=linker(PATH, replace(query, page=1)),
        export=linker(f"{PATH}.csv", replace(query, page=1)),
        periods=PERIODS,
        history_days=current_app.config["SETTINGS"].INVENTORY_MAX_HISTORY_DAYS,
        **FORMATS,
    )


@bp.get("/analytics.csv")
@role_required("staff", "agent")
def show_csv() -> BaseResponse:
    """What the page shows with the same arguments, on all its pages; `report=days` for the chart's figures."""
    if not analytics.is_on():
        return see_other(PATH)
    query = read_query(request.args)
    report = analytics.read_report(analytics.last_days(query.days))
    if request.args.get("report") == "days":
        kind, lines = "sold-by-day", report_list.write_days(report)
    else:
        kind, lines = "analytics", report_list.write_skus(report_list.select_skus(report.skus, query))
    response = Response("".join(lines), content_type="text/csv; charset=utf-8")
    name = f"{kind}-{query.days}-days-{report.period.last.isoformat()}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def read_query(values: "MultiDict[str, str]") -> ReportQuery:
    """Whatever is not understood is as if it were not there."""
    days, show, sort, page = (values.get(name, "") for name in ("days", "show", "sort", "page"))
    return ReportQuery(
        days=int(days) if days in map(str, PERIODS) else USUAL_PERIOD,
        text=values.get("q", "").strip()[:LONGEST_TEXT],
        show=show if show in SHOWS else "all",
        sort=sort if sort.removeprefix("-") in SORTS and not sort.startswith("--") else "-sold",
        page=max(1, int(page)) if page.isdecimal() and len(page) < 7 else 1,
    )


def linker(path: str, query: ReportQuery) -> Callable[..., str]:
    """A function that makes addresses of this query with some of it changed."""
    usual = asdict(ReportQuery())

    def link(**changes: object) -> str:
        extra = {name: changes.pop(name) for name in list(changes) if name not in usual}
        wanted = asdict(query) | changes
        named = {name: value for name, value in wanted.items() if value != usual[name]} | extra
        if "text" in named:
            named["q"] = named.pop("text")
        return f"{path}?{urlencode(named)}" if named else path

    return link


def count_shows(report: analytics.Report) -> dict[str, int]:
    return {show: sum(report_list.is_shown(each, show) for each in report.skus) for show in SHOWS}


def as_percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}" if share == 0 or share >= 0.01 else "<1%"


def as_number(figure: float | None, digits: int = 1) -> str:
    """Without a fraction where it says nothing."""
    return (
        "–" if figure is None else f"{figure:.{digits}f}" if figure < 100 and figure % 1 else f"{figure:.0f}"
    )


def as_days(milliseconds: int) -> str:
    return (
        f"{as_number(milliseconds / DAY_MS)} d"
        if milliseconds >= DAY_MS
        else f"{milliseconds / 3_600_000:.0f} h"
    )


def as_time(seconds: float | None) -> str:
    return "over 5 s" if seconds is None else f"{seconds * 1000:g} ms"


FORMATS = {"as_percent": as_percent, "as_number": as_number, "as_days": as_days, "as_time": as_time}
