"""How long requests take and how they end, by route."""

import logging

from flask import Flask, Response, current_app, g, request

from app.core import clock, metrics

log = logging.getLogger("app.access")

# They would make the pages look fast.
NOT_PAGES = ("/static", "/api/health", "/api/monitoring")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def init_app(app: Flask) -> None:
    app.before_request(start_timing)
    app.after_request(record_request)


def start_timing() -> None:
    g.started = clock.perf()


def record_request(response: Response) -> Response:
    route = str(request.url_rule) if request.url_rule else "none"
    # Every value of a label is kept for ever, and a client may invent methods.
    method = request.method if request.method in METHODS else "other"
    if "started" in g:
        took = clock.perf() - g.started
        metrics.observe("request", took, route=route, method=method)
        if not route.startswith(NOT_PAGES):
            current_app.extensions["traffic"].note(took, response.status_code)
    metrics.count("responses", route=route, status=str(response.status_code))
    if current_app.config["SETTINGS"].LOG_REQUESTS:
        log_request(method, route, response.status_code)
    return response


def log_request(method: str, route: str, status: int) -> None:
    """The route and never the address: links in mails are keys, and searches are people's own business."""
    ms = round((clock.perf() - g.started) * 1000, 1) if "started" in g else None
    fields = {"method": method, "route": route, "status": status, "ms": ms}
    log.info("request", extra={"fields": fields})
