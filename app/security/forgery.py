"""The guard against forms that a page of another site sends in a visitor's name."""

from flask import Flask, current_app, request

from app.core.extensions import csrf
from app.security import access


def init_app(app: Flask) -> None:
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    csrf.init_app(app)
    app.before_request(guard_forms)


def guard_forms() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if not any(getattr(view, mark, False) for mark in ("only_reads", "needs_no_form", "reads_late")):
        refuse_foreign_form()


def refuse_foreign_form() -> None:
    """Programs prove themselves by token and carry no cookie that a foreign page could ride on."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    if access.bearer_token() or access.is_demo_call():
        return
    if request.path.startswith("/api/") and "Cookie" not in request.headers:
        return
    csrf.protect()
