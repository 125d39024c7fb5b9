"""How the desk is doing: volume, waits, answers, ratings and how busy the agents are."""

from collections.abc import Iterable
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from app.chat.figures.figures import SLA_TARGET, SLA_WITHIN_MS
from app.chat.figures.report import Report, Tally, read_report
from app.chat.models.room import DESK_KINDS
from app.core.bar_chart import Chart, Column
from app.core.http import read_days
from app.inventory.exports import line
from app.security.access import role_required

PATH = "/staff/chat/analytics"
PERIODS = (7, 30, 90)
# Each up to so many of it.
UNITS = (("s", 1000, 600), ("min", 60_000, 600), ("h", 3_600_000, 10**9))
CSV_DURATIONS = ("first_response", "response", "wait", "resolution", "session")

bp = Blueprint("chat_analytics", __name__, url_prefix="/staff/chat")


@bp.get("/analytics")
@role_required("agent")
def show_analytics() -> str:
    length, kind = read_days(PERIODS, PERIODS[1]), read_kind()
    report = read_report(length, kind)
    return render_template(
        "chat/analytics.html",
        report=report,
        whole=report.whole,
        charts=[messages_by_day(report), first_responses_by_day(report), messages_by_hour(report)],
        length=length,
        kind=kind,
        periods=PERIODS,
        kinds=DESK_KINDS,
        link=link,
        timezone=current_app.config["SETTINGS"].SHOP_TIMEZONE,
        sla=(SLA_TARGET, SLA_WITHIN_MS),
        as_span=as_span,
        as_percent=as_percent,
    )


@bp.get("/analytics.csv")
@role_required("agent")
def show_csv() -> BaseResponse:
    report = read_report(read_days(PERIODS, PERIODS[1]), read_kind())
    response = Response("".join(write_days(report)), content_type="text/csv; charset=utf-8")
    name = f"chat-{len(report.by_day)}-days-{report.last.isoformat()}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def read_kind() -> str | None:
    kind = request.args.get("kind")
    return kind if kind in DESK_KINDS else None


def link(path: str = PATH, **changes: object) -> str:
    wanted = {"days": read_days(PERIODS, PERIODS[1]), "kind": read_kind(), **changes}
    usual = {"days": PERIODS[1], "kind": None}
    named = {name: value for name, value in wanted.items() if value != usual[name]}
    return f"{path}?{urlencode(named)}" if named else path


def messages_by_day(report: Report) -> Chart:
    columns = [
        Column(day, (each.messages("shopper"), each.messages("agent"))) for day, each in report.by_day.items()
    ]
    return Chart("messages", "Messages per day", ("by shoppers", "by the desk"), "", columns, "Day")


def first_responses_by_day(report: Report) -> Chart:
    medians = {day: each.summary("first_response").median for day, each in report.by_day.items()}
    unit, ms = choose_unit(medians.values())
    columns = [
        Column(day, (None if median is None else round(median / ms),)) for day, median in medians.items()
    ]
    return Chart("first-response", "First response, median of each day", ("median",), unit, columns, "Day")


def messages_by_hour(report: Report) -> Chart:
    columns = [
        Column(
            f"{hour:02}:00", (report.whole.messages("shopper", hour), report.whole.messages("agent", hour))
        )
        for hour in range(24)
    ]
    title, names = "Messages by hour of the day", ("by shoppers", "by the desk")
    return Chart("hours", title, names, "", columns, "Hour")


def choose_unit(spans: Iterable[int | None]) -> tuple[str, int]:
    most = max((ms for ms in spans if ms is not None), default=0)
    return next((unit, ms) for unit, ms, limit in UNITS if most <= limit * ms)


def as_span(ms: int | None) -> str:
    if ms is None:
        return "–"
    seconds = round(ms / 1000)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60:02} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02} min"


def as_percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def write_days(report: Report) -> Iterable[str]:
    """Durations in seconds."""
    of_durations = [f"{name}_{part}" for name in CSV_DURATIONS for part in ("median_s", "p90_s", "n")]
    counts = ("conversations", "abandoned", "reopened", "transfers")
    yield line(("day", "messages_in", "messages_out", *counts, *of_durations, "ratings", "satisfied"))
    for day, each in report.by_day.items():
        sides = (each.messages("shopper"), each.messages("agent"))
        shares = (sum(each.scores.values()), each.satisfaction)
        yield line((day.isoformat(), *sides, *map(each.count, counts), *durations(each), *shares))


def durations(tally: Tally) -> list[float | None]:
    cells: list[float | None] = []
    for name in CSV_DURATIONS:
        found = tally.summary(name)
        cells += [*(None if ms is None else round(ms / 1000, 1) for ms in (found.median, found.p90)), found.n]
    return cells
