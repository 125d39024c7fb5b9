"""The list of stock as a file."""

from flask import Blueprint, Response, request, stream_with_context

from app.core import clock
from app.inventory import exports, grid
from app.inventory.grid import GridQuery
from app.security.access import role_required

bp = Blueprint("export", __name__, url_prefix="/staff/inventory")


@bp.get("/export.csv")
@role_required("staff", "agent")
def show_export() -> Response:
    """What the list shows with the same arguments, sent while it is read."""
    state = request.args.get("status", "")
    wanted = GridQuery(
        text=request.args.get("q", "").strip()[:80],
        state=state if state in grid.STATES else "all",
        location=request.args.get("location", "")[:20],
    )
    lines = stream_with_context(exports.write_rows(wanted))
    response = Response(lines, content_type="text/csv; charset=utf-8")
    name = f"stock-{clock.now().date().isoformat()}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
