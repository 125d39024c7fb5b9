"""The stock list: filtered, sorted and paged by what stands in the URL, and kept fresh row by row."""

from dataclasses import asdict, replace
from urllib.parse import urlencode

from flask import Blueprint, make_response, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.inventory import alert_queries, grid, locations
from app.inventory.grid import PAGE, SORTS, STATES, GridQuery
from app.inventory.views.columns import COLUMNS, hidden_columns
from app.security.access import current_caller, role_required

PATH = "/staff/inventory"
LONGEST_TEXT = 80
PAGES_AROUND = 2

bp = Blueprint("inventory", __name__, url_prefix=PATH)


@bp.get("")
@role_required("staff", "agent")
def list_stock() -> str:
    places = locations.name_locations()
    query = read_query(request.args, places)
    page = grid.read_page(query)
    shown = replace(query, page=page.page)
    return render_template(
        "inventory/list.html",
        page=page,
        shown=shown,
        places=places,
        page_numbers=list_numbers(page.page, page.pages),
        alerts=alert_queries.count_waiting(),
        columns=COLUMNS,
        hidden=hidden_columns(),
        here=path_of(shown),
        export=path_of(replace(shown, page=1, sort="sku"), f"{PATH}/export.csv"),
        link=lambda **changes: path_of(replace(shown, **{"page": 1, **changes})),
        **row_context(query.location, places),
    )


@bp.get("/rows")
@role_required("staff", "agent")
def list_rows() -> Response:
    """These rows as they are now, for a page that shows them already."""
    places = locations.name_locations()
    location = known_location(request.args, places)
    rows = grid.read_rows(request.args.getlist("sku")[:PAGE], location)
    html = render_template(
        "inventory/_rows.html", rows=rows, focus="focus" in request.args, **row_context(location, places)
    )
    response = make_response(html)
    response.headers["Cache-Control"] = "no-store"
    return response


def row_context(location: str, places: dict[str, str]) -> dict[str, object]:
    """A sum over several locations is nobody's to set: there the list shows, and one location at a time is changed."""
    may_edit = current_caller().role in ("staff", "admin")
    return {
        "location": location,
        "may_edit": may_edit,
        "edits_here": may_edit and bool(location or len(places) < 2),
    }


def read_query(values: "MultiDict[str, str]", places: dict[str, str]) -> GridQuery:
    """Whatever is not understood is as if it were not there."""
    state, sort, page = values.get("state", ""), values.get("sort", ""), values.get("page", "")
    return GridQuery(
        text=values.get("q", "").replace("\0", "").strip()[:LONGEST_TEXT],
        state=state if state in STATES else "all",
        location=known_location(values, places),
        sort=sort if sort in SORTS else "sku",
        page=max(1, int(page)) if page.isdecimal() and len(page) < 7 else 1,
    )


def known_location(values: "MultiDict[str, str]", places: dict[str, str]) -> str:
    code = values.get("location", "")
    return code if code in places else ""


def path_of(query: GridQuery, path: str = PATH) -> str:
    usual = asdict(GridQuery())
    named = {
        ("q" if name == "text" else name): value
        for name, value in asdict(query).items()
        if value != usual[name]
    }
    return f"{path}?{urlencode(named)}" if named else path


def list_numbers(page: int, pages: int) -> list[int | None]:
    """The first page, the last, and those around this one; None is a gap."""
    shown = [
        number for number in range(1, pages + 1) if number in (1, pages) or abs(number - page) <= PAGES_AROUND
    ]
    numbers: list[int | None] = []
    for number in shown:
        if numbers and numbers[-1] is not None and number > numbers[-1] + 1:
            numbers.append(None)
        numbers.append(number)
    return numbers
