"""How the notifications do: what was sent, what was seen, what failed and why, and how each push service is."""

from collections.abc import Iterator

from flask import Blueprint, Response, current_app, render_template
from werkzeug.wrappers import Response as BaseResponse

from app.core.bar_chart import Chart, Column
from app.core.clock import from_ms
from app.core.csv_files import write_table
from app.core.errors import NotFound
from app.core.http import read_days
from app.notifications.categories import list_all
from app.notifications.figures.health import read_health
from app.notifications.figures.queries import Report, Tally, name_of, read_report
from app.security.access import role_required

PATH = "/staff/notifications"
ROLES = ("staff",)
PERIODS = (7, 30, 90)
COLUMNS = (
    "attempted", "accepted", "displayed", "clicked", "dismissed", "failed", "gone", "emailed",
    "subscribed", "unsubscribed", "devices", "success", "accepted_share", "displayed_share",
)  # fmt: skip

bp = Blueprint("push_analytics", __name__, url_prefix=PATH)


@bp.get("")
@role_required(*ROLES)
def show_analytics() -> str:
    if not is_on():
        return render_template("notifications/analytics_off.html")
    length = read_days(PERIODS, PERIODS[1])
    report = read_report(length)
    return render_template(
        "notifications/analytics.html",
        report=report,
        whole=report.whole,
        charts=[draw(report) for draw in CHARTS],
        tables=(
            ("categories", "Category", name_categories(report)),
            ("templates", "Template", report.by_template),
            ("services", "Push service", report.by_service),
        ),
        board=read_health(),
        name_of=name_of,
        moment=from_ms,
        length=length,
        periods=PERIODS,
        link=link,
        as_percent=as_percent,
        timezone=current_app.config["SETTINGS"].SHOP_TIMEZONE,
    )


@bp.get("/analytics.csv")
@role_required(*ROLES)
def show_csv() -> BaseResponse:
    if not is_on():
        raise NotFound("Analytics are switched off")
    report = read_report(read_days(PERIODS, PERIODS[1]))
    table = write_table(("day", *COLUMNS), write_days(report))
    response = Response(table, content_type="text/csv; charset=utf-8")
    name = f"notifications-{len(report.by_day)}-days-{report.last.isoformat()}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def is_on() -> bool:
    return bool(current_app.config["SETTINGS"].PUSH_ENABLE_ANALYTICS)


def link(path: str = PATH, days: int | None = None) -> str:
    wanted = days or read_days(PERIODS, PERIODS[1])
    return path if wanted == PERIODS[1] else f"{path}?days={wanted}"


def name_categories(report: Report) -> dict[str, Tally]:
    titles = {each.name: each.title for each in list_all()}
    return {titles.get(name, name): tally for name, tally in report.by_category.items()}


def pushes_by_day(report: Report) -> Chart:
    columns = [
        Column(day, (each["accepted"], each["attempted"] - each["accepted"]))
        for day, each in report.by_day.items()
    ]
    return Chart("pushes", "Pushes per day", ("accepted", "not accepted"), "", columns, "Day")


def devices_by_day(report: Report) -> Chart:
    columns = [Column(day, (devices,)) for day, devices in report.devices.items()]
    return Chart("devices", "Devices at the end of each day", ("devices",), "", columns, "Day")


def marks_by_day(report: Report) -> Chart:
    columns = [
        Column(day, (each["clicked"], max(0, each["displayed"] - each["clicked"])))
        for day, each in report.by_day.items()
    ]
    return Chart("marks", "Pushes seen per day", ("clicked", "displayed only"), "", columns, "Day")


def mails_by_day(report: Report) -> Chart:
    columns = [Column(day, (each["emailed"],)) for day, each in report.by_day.items()]
    return Chart("mails", "Mails per day", ("mails",), "", columns, "Day")


def as_percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def write_days(report: Report) -> Iterator[list[str]]:
    """Shares from 0 to 1."""
    devices = report.devices
    for day, each in report.by_day.items():
        counts = [each[name] for name in COLUMNS[:5]]
        rest = [each[name] for name in ("gone", "emailed", "subscribed", "unsubscribed")]
        shares = (each.success, each.accepted_share, each.displayed_share)
        cells = [*counts, each.failed, *rest, devices[day]]
        written = ["" if share is None else f"{share:.4f}" for share in shares]
        yield [day.isoformat(), *map(str, cells), *written]


CHARTS = (pushes_by_day, marks_by_day, mails_by_day, devices_by_day)
