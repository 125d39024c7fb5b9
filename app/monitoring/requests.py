"""How long requests take and how they end, by route."""

from flask import Flask, Response, g, request

from app.core import clock, metrics

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
        metrics.observe("request", clock.perf() - g.started, route=route, method=method)
    metrics.count("responses", route=route, status=str(response.status_code))
    return response
