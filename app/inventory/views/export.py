"""The list of stock as a file."""

from flask import Blueprint, Response, request, stream_with_context

from app.core.database import transaction
from app.inventory import days, exports, locations
from app.inventory.views.grid import read_query
from app.security.access import current_caller, role_required

bp = Blueprint("export", __name__, url_prefix="/staff/inventory")


@bp.get("/export.csv")
@role_required("staff", "agent")
def show_export() -> Response:
    """All that the list finds with the same arguments, sent while it is read."""
    with transaction():
        current_caller().note("stock_exported", "stock")
    wanted = read_query(request.args, locations.name_locations())
    lines = stream_with_context(exports.write_rows(wanted))
    response = Response(lines, content_type="text/csv; charset=utf-8")
    name = f"stock-{days.today().isoformat()}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
