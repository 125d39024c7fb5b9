"""/api/realtime/push/analytics: what was sent, seen and failed, and how each push service does."""

from flask import Blueprint, Response, current_app, jsonify, request

from app.core.errors import DomainError, Forbidden, Invalid, Unauthenticated
from app.core.openapi import Operation, describes
from app.notifications.api.figure_schemas import PushAnalytics, analytics_out
from app.notifications.figures.health import read_health
from app.notifications.figures.queries import read_report
from app.security.access import require_scope
from app.security.errors import TooManyRequests
from app.security.limits import API_READ, limiter

USUAL_DAYS, MOST_DAYS = 30, 90

bp = Blueprint("push_figures_api", __name__, url_prefix="/api/realtime/push")


class AnalyticsOff(DomainError):
    code, kind, title = "analytics_off", "missing", "Analytics are switched off"


@bp.get("/analytics")
@limiter.limit(API_READ)
@describes(
    Operation(
        "What became of the notifications of the last days, today as of now",
        PushAnalytics,
        protected=True,
        errors=(Unauthenticated, Forbidden, Invalid, TooManyRequests, AnalyticsOff),
        query=(("days", f"up to {MOST_DAYS}"),),
    )
)
def show_analytics() -> Response:
    require_scope("push:read")
    if not current_app.config["SETTINGS"].PUSH_ENABLE_ANALYTICS:
        raise AnalyticsOff()
    told = analytics_out(read_report(read_days()), read_health())
    return jsonify(told.model_dump(mode="json"))


def read_days() -> int:
    text = request.args.get("days", str(USUAL_DAYS))
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= MOST_DAYS):
        raise Invalid(errors=[{"field": "days", "message": f"Between 1 and {MOST_DAYS}"}])
    return int(text)
