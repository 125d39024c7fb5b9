"""Which columns of the stock list somebody looks at, kept in their browser."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.core.http import safe_next, see_other
from app.security.access import role_required

PATH = "/staff/inventory/columns"
COOKIE = "stock_columns"
KEPT_S = 365 * 24 * 3600
COLUMNS = {
    "badge": "Shop shows",
    "unavailable": "Unavailable",
    "reserved": "Reserved",
    "threshold": "Low at",
    "chart": "14 days",
    "changed": "Changed",
}

bp = Blueprint("columns", __name__, url_prefix=PATH)


@bp.post("")
@role_required("staff", "agent")
def post_columns() -> Response:
    shown = request.form.getlist("column")
    response = see_other(safe_next(request.form.get("next")))
    response.set_cookie(
        COOKIE,
        ".".join(name for name in COLUMNS if name not in shown),
        max_age=KEPT_S,
        path="/staff/inventory",
        samesite="Lax",
        httponly=True,
        secure=request.is_secure,
    )
    return response


def hidden_columns() -> list[str]:
    """What is kept names those that are left out, so that a column that is new shows up."""
    kept = request.cookies.get(COOKIE, "").split(".")
    return [name for name in COLUMNS if name in kept]
