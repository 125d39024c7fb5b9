"""What every view needs of HTTP: the request's id, its JSON, and where to go next."""

import json
import math
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, make_response, redirect, request
from pydantic import BaseModel, ValidationError
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as BaseResponse

from app.core import request_id as ids
from app.core.errors import DomainError, Invalid

Schema = TypeVar("Schema", bound=BaseModel)
View = TypeVar("View", bound=Callable[..., Any])


class Malformed(DomainError):
    code, kind, title = "malformed_json", "malformed", "The body is not valid JSON"


class UnsupportedMediaType(DomainError):
    code, kind, title = (
        "unsupported_media_type",
        "unsupported",
        "Send a JSON body with Content-Type: application/json",
    )


def init_app(app: Flask) -> None:
    app.before_request(name_request)
    app.before_request(raise_limit)
    app.after_request(add_request_id)


def name_request() -> None:
    """By the id that a proxy of ours gave it, so that its log and ours tell of the same; a stranger's word names nothing."""
    told = request.headers.get("X-Request-ID", "")
    has_proxy = current_app.config["SETTINGS"].TRUSTED_PROXIES > 0
    g.request_id = told if has_proxy and ids.is_id(told) else ids.make()


def takes_upload(most_bytes: int) -> Callable[[View], View]:
    """Let this view take a larger body than MAX_CONTENT_LENGTH."""

    def mark(view: View) -> View:
        view.most_bytes = most_bytes  # type: ignore[attr-defined]
        return view

    return mark


def only_reads(view: View) -> View:
    """A POST that changes nothing: no foreign page gains by sending it, so it needs no CSRF token."""
    view.only_reads = True  # type: ignore[attr-defined]
    return view


def needs_no_form(view: View) -> View:
    """A POST to an address that is itself the proof, as a mail's link is: it may come from anywhere, without cookies."""
    view.needs_no_form = True  # type: ignore[attr-defined]
    return view


def reads_late(view: View) -> View:
    """A POST whose body is read only once the view knows that the caller may send one.

    The guard's token may be in there, so the view calls `security.forgery.refuse_foreign_form` itself.
    """
    view.reads_late = True  # type: ignore[attr-defined]
    return view


def raise_limit() -> None:
    """Before anything reads the body, as the check of its CSRF token does."""
    view = current_app.view_functions.get(request.endpoint or "")
    if most_bytes := getattr(view, "most_bytes", None):
        request.max_content_length = most_bytes


def read_upload(file: FileStorage | None, most_bytes: int) -> bytes:
    """What was uploaded, or one byte more than `most_bytes` of what is too large; nothing for no file."""
    if file is None:
        return b""
    with closing(file):
        return file.read(most_bytes + 1)


def request_id() -> str:
    return ids.current()


def add_request_id(response: Response) -> Response:
    response.headers["X-Request-ID"] = request_id()
    return response


def see_other(path: str) -> BaseResponse:
    return redirect(path, 303)


def safe_next(path: str | None) -> str:
    """A path of this shop; anything that a browser could read as another site becomes the home page."""
    if (
        not path
        or not path.startswith("/")
        or path.startswith("//")
        or any(bad in path for bad in "\\\r\n\t")
    ):
        return "/"
    return path


def is_fragment_request() -> bool:
    """htmx asks for a part of the page; its history restore asks for the whole page."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def is_opened_by_person() -> bool:
    """A page that somebody went to: neither fetched ahead of them, as browsers and scanners of mails do, nor by a script."""
    return request.headers.get("Sec-Fetch-Mode") == "navigate" and not is_prefetch()


def is_prefetch() -> bool:
    return "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", ""))


def read_days(periods: Sequence[int], usual: int) -> int:
    """The period that an analysis is of: `days` of the address, if it is one of those that there are."""
    text = request.args.get("days", "")
    return int(text) if text in map(str, periods) else usual


def fresh(html: str, status: int = 200) -> Response:
    """A page or a part of it, as it was asked for; no cache keeps either, so that going back asks again."""
    response = make_response(html, status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "HX-Request, HX-History-Restore-Request"
    return response


def wants_json() -> bool:
    """A script of ours says so; a browser that opens a page or sends a form does not."""
    return request.accept_mimetypes.best == "application/json"


def takes_gzip() -> bool:
    return request.accept_encodings["gzip"] > 0


def read_json(schema: type[Schema]) -> Schema:
    """The request's body, validated. Raises UnsupportedMediaType, Malformed, or Invalid with the fields and reasons."""
    if not request.is_json:
        raise UnsupportedMediaType()
    document = parse_json(request.get_data())
    try:
        return schema.model_validate(document)
    except ValidationError as error:
        raise Invalid(errors=[describe(problem) for problem in error.errors()]) from None


def parse_json(body: bytes) -> Any:
    """Raises Malformed, also for NaN and infinity: Python reads and writes them, but no browser could read them then."""
    try:
        return json.loads(body, parse_float=finite, parse_constant=finite)
    except (ValueError, RecursionError):
        raise Malformed() from None


def finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def describe(problem: Any) -> dict[str, str]:
    return {"field": ".".join(str(part) for part in problem["loc"]) or "body", "message": problem["msg"]}


def is_failing() -> bool:
    """True while a page about a failure is made: it must not ask the database that may be the cause."""
    return bool(g.get("failing"))
