"""How failures leave: problems for programs, pages for people, and the request id that both can quote."""

import errno
import logging
from typing import Any

from flask import Flask, Response, g, jsonify, render_template, request
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from app.core.errors import DomainError
from app.core.http import request_id, wants_json

STATUS = {
    "malformed": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "missing": 404,
    "conflict": 409,
    "stale": 412,
    "too_large": 413,
    "unsupported": 415,
    "invalid": 422,
    "precondition": 428,
    "limited": 429,
    "busy": 503,
}
RETRY_AFTER_S = 2
PROGRAM_PATHS = ("/api/", "/live/")

TITLES = {
    400: "That request could not be read",
    403: "That page is not for you",
    404: "There is nothing here",
    405: "That is not possible here",
    408: "That took too long to arrive",
    413: "That is too large",
    415: "That format is not understood",
    429: "That was too fast",
    500: "Something broke on our side",
    503: "The shop is catching its breath",
}
TEXTS = {
    403: "Sign in with an account that may see it.",
    404: "The page may have moved. Search or start from a category.",
    408: "Check your connection and send it again.",
    429: "Wait a moment and try again.",
    500: "It has been noted. Try again in a moment.",
    503: "Reload in a few seconds; nothing you did is lost.",
}

log = logging.getLogger(__name__)

# The database is away or has no turn for us; any other error of it is a bug of ours.
UNAVAILABLE = (OperationalError, InterfaceError, PoolTimeout)


def init_app(app: Flask) -> None:
    app.register_error_handler(DomainError, answer_domain_error)
    app.register_error_handler(HTTPException, answer_http_error)
    for error in UNAVAILABLE:
        app.register_error_handler(error, answer_database_error)
    app.register_error_handler(DataError, answer_impossible_value)
    app.register_error_handler(OSError, answer_full_disk)
    app.register_error_handler(Exception, answer_bug)


def answer_domain_error(error: DomainError) -> BaseResponse:
    status = STATUS[error.kind]
    response = answer(status, error.code, error.title, error.detail, error.facts)
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def answer_http_error(error: HTTPException) -> BaseResponse:
    cause = getattr(error, "original_exception", None)
    if isinstance(cause, UNAVAILABLE):  # the page about another error could not be made
        return answer_database_error(cause)
    status = error.code or 500
    if status < 400:
        return error.get_response()
    code = error.name.lower().replace(" ", "_")
    response = answer(
        status, code, TITLES.get(status, error.name), TEXTS.get(status, error.description or error.name)
    )
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def answer_database_error(error: Exception) -> BaseResponse:
    log.error("database error: %s", error)
    return answer_busy()


def answer_busy() -> BaseResponse:
    response = answer(503, "busy", TITLES[503], TEXTS[503])
    response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def answer_impossible_value(error: DataError) -> BaseResponse:
    """A NUL in a search or a number beyond all ids: PostgreSQL refuses what SQLite would just not find."""
    log.info("refused by the database: %s", error.orig)
    return answer(400, "bad_request", TITLES[400], "A value in it cannot be right.")


def answer_full_disk(error: OSError) -> BaseResponse:
    """There is space again when somebody has seen to it; any other error of this kind is a bug of ours."""
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return answer_bug(error)
    log.error("the disk is full: %s", error)
    return answer_busy()


def answer_bug(error: Exception) -> BaseResponse:
    log.exception("unhandled error in request %s", request_id())
    return answer(500, "internal", TITLES[500], TEXTS[500])


def answer(
    status: int, code: str, title: str, detail: str, facts: dict[str, Any] | None = None
) -> BaseResponse:
    if request.path.startswith(PROGRAM_PATHS) or wants_json():
        return problem(status, code, title, detail, facts)
    g.failing = status >= 500
    fallback = "errors/500.html" if status >= 500 else "errors/404.html"
    page = render_template(
        [f"errors/{status}.html", fallback],
        error={
            "status": status,
            "title": TITLES.get(status, title),
            "text": detail,
            "request_id": request_id(),
        },
    )
    return Response(page, status)


def problem(status: int, code: str, title: str, detail: str, facts: dict[str, Any] | None = None) -> Response:
    """RFC 9457 problem details with a stable `code`; no fact may stand in place of one of its members."""
    document = {
        **(facts or {}),
        "type": f"/api/docs#{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "requestId": request_id(),
    }
    response = jsonify(document)
    response.status_code = status
    response.content_type = "application/problem+json"
    return response
