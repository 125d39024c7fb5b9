"""What was done, for admins: the list, and the same as a file."""

from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, render_template, request, stream_with_context

from app.core import clock, navigation
from app.core.http import fresh, read_days
from app.security import limits
from app.security.access import current_caller, role_required
from app.security.trail import export, proof, queries
from app.security.trail.queries import Search

PATH = "/staff/audit"
PERIODS = {1: "Last day", 7: "Last 7 days", 30: "Last 30 days", 365: "Last year", 0: "All there is"}
LONGEST_TEXT = 120
FORMATS = {"csv": (export.write_csv, "text/csv"), "jsonl": (export.write_json, "application/jsonl")}

bp = Blueprint("trail", __name__, url_prefix=PATH)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    navigation.register(app, 92, "Audit", PATH, (), group="Shop")


@bp.get("")
@role_required()
@limits.limiter.limit(limits.SEARCH)
def show_trail() -> Response:
    search, after = read_search(), request.args.get("after", "")
    return fresh(
        render_template(
            "security/trail.html",
            search=search,
            page=queries.list_deeds(search, after),
            after=after,
            is_searched=search != Search(days=search.days),
            actions=queries.list_actions(),
            periods=PERIODS,
            latest=proof.read_latest(),
            moment=clock.from_ms,
            path=PATH,
            link=link,
        )
    )


@bp.get("/export.<any(csv, jsonl):kind>")
@role_required()
@limits.limiter.limit(limits.SEARCH)
def show_export(kind: str) -> Response:
    """All that the list finds with the same arguments, sent while it is read."""
    search = read_search()
    export.note_export(kind, search, current_caller())
    write, media_type = FORMATS[kind]
    response = Response(stream_with_context(write(search)), content_type=f"{media_type}; charset=utf-8")
    name = f"audit-{clock.now().date().isoformat()}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def read_search() -> Search:
    """Whatever is not understood is as if it were not there."""
    texts = {name: request.args.get(name, "").strip()[:LONGEST_TEXT] for name in ("who", "action", "about")}
    return Search(**texts, days=read_days(tuple(PERIODS), Search().days))


def link(search: Search, *, kind: str = "", **changes: object) -> str:
    """The list with this search, or the file of that kind."""
    values = {name: value for name, value in {**vars(search), **changes}.items() if value != ""}
    return f"{PATH}{f'/export.{kind}' if kind else ''}?{urlencode(values)}"
