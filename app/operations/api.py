"""GET /api/health, /api/health/ready and /api/monitoring/metrics, and the API's own description."""

from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify, render_template, request
from pydantic import BaseModel

from app.core import clock, metrics, openapi
from app.core.openapi import Operation, describes
from app.realtime.exposition import SocketCollector
from app.realtime.status import socket_status
from app.security.access import require_scope

# What Prometheus asks for first; it accepts the plain text too.
TEXT_FORMATS = ("application/openmetrics-text", "text/plain")

bp = Blueprint("operations_api", __name__, url_prefix="/api")


class Alive(BaseModel):
    status: str


class Check(BaseModel):
    ok: bool
    problem: str | None
    ms: float


class Ready(BaseModel):
    status: str
    checks: dict[str, Check]


class Metrics(BaseModel):
    at: str
    websocket: dict[str, Any]
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
        "Whether the shop can serve, dependency by dependency",
        Ready,
        statuses=((200, "It can serve, if degraded without Redis or sockets"), (503, "It is down")),
    )
)
def show_readiness() -> tuple[Response, int]:
    health = current_app.extensions["health"].read()
    return jsonify(health), 503 if health["status"] == "down" else 200


@bp.get("/monitoring/metrics")
@describes(
    Operation(
        "Counters and timings of the web processes and the clock, and how the sockets are doing",
        Metrics,
        protected=True,
        query=(("format", "prometheus for the text format"),),
    )
)
def show_metrics() -> Response:
    require_scope("monitoring:read")
    preferred = request.accept_mimetypes.best or ""
    if request.args.get("format") == "prometheus" or preferred.startswith(TEXT_FORMATS):
        text = metrics.prometheus_text(SocketCollector())
        return Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")
    return jsonify(at=clock.now().isoformat(), websocket=socket_status(), **metrics.totals())


@bp.get("/openapi.json")
def show_openapi() -> Response:
    return jsonify(openapi.document(current_app))


@bp.get("/docs")
def show_docs() -> str:
    return render_template("operations/docs.html", document=openapi.document(current_app))
