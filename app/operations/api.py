"""GET /api/health, /api/health/ready and /api/monitoring/metrics, and the API's own description."""

from typing import Any, Literal

from flask import Blueprint, Flask, Response, current_app, jsonify, render_template, request
from pydantic import BaseModel

from app.core import clock, metrics, openapi
from app.core.openapi import Operation, describes
from app.monitoring import figures
from app.monitoring.figures import FigureCollector
from app.operations import readiness
from app.realtime.exposition import SocketCollector
from app.realtime.status import socket_status
from app.security.access import require_scope
from app.security.errors import TooManyRequests

# What Prometheus asks for first; it accepts the plain text too.
TEXT_FORMATS = ("application/openmetrics-text", "text/plain")

bp = Blueprint("operations_api", __name__, url_prefix="/api")


class Alive(BaseModel):
    status: str


class Check(BaseModel):
    ok: bool
    problem: str | None
    ms: float
    # When this process first saw it broken, epoch ms.
    since: int | None


class Ready(BaseModel):
    status: Literal["ok", "degraded", "draining", "down"]
    # Only for who may know: see `readiness`.
    checks: dict[str, Check] | None = None


class Metrics(BaseModel):
    at: str
    websocket: dict[str, Any]
    # What waits, is free or is under way now; null for what cannot be known.
    figures: dict[str, float | dict[str, float] | None]
    counters: dict[str, list[dict[str, Any]]]
    timings: dict[str, list[dict[str, Any]]]


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/health")
@describes(Operation("Whether the web process answers", Alive))
def show_health() -> Response:
    return jsonify(status="ok")


@bp.get("/health/ready")
@describes(
    Operation(
        "Whether the shop can serve; dependency by dependency for its operators",
        Ready,
        statuses=(
            (200, "It can serve, if degraded without Redis or sockets"),
            (503, "It is down, or about to stop"),
        ),
    )
)
def show_readiness() -> tuple[Response, int]:
    health = readiness.read()
    return jsonify(health), 503 if health["status"] in ("down", "draining") else 200


@bp.get("/monitoring/metrics")
@describes(
    Operation(
        "Counters, timings and figures of all processes, and how the sockets are doing",
        Metrics,
        protected=True,
        errors=(TooManyRequests,),
        query=(("format", "prometheus for the text format"),),
    )
)
def show_metrics() -> Response:
    require_scope("monitoring:read")
    preferred = request.accept_mimetypes.best or ""
    if request.args.get("format") == "prometheus" or preferred.startswith(TEXT_FORMATS):
        text = metrics.prometheus_text(SocketCollector(), FigureCollector())
        return Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")
    return jsonify(
        at=clock.now().isoformat(), websocket=socket_status(), figures=figures.read_all(), **metrics.totals()
    )


@bp.get("/openapi.json")
def show_openapi() -> Response:
    return jsonify(openapi.document(current_app))


@bp.get("/docs")
def show_docs() -> str:
    document, refusals = openapi.document(current_app), openapi.list_refusals()
    return render_template("operations/docs.html", document=document, refusals=refusals)
