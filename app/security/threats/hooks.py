"""Where the gate stands in a request, and what of an answer counts against who asked."""

import logging
import re
import time
from collections.abc import Iterable

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import SecurityError

from app.core import http
from app.security import limits
from app.security.threats import refusals
from app.security.threats.clients import find_login, name_account
from app.security.threats.gate import Gate
from app.security.threats.scores import Deed
from app.security.threats.shapes import find_shape
from app.security.threats.signals import SIGNALS, Noted, note, noted
from app.settings import Settings

log = logging.getLogger(__name__)

STATIC = "/static/"
# Whoever watches the shop must not be told that it is down because of what somebody else does.
HEALTH = ("/api/health", "/api/health/ready")
# How long hitting the limit of one route counts once: a page that goes on asking every few seconds is no attack.
LIMIT_HIT_S = 10
BY_STATUS = {404: "not_found", 405: "not_found", 422: "refused_input"}
# The links that mails bring must not be read off a page of staff.
SECRET = re.compile(r"[\w-]{20,}")


def init_app(app: Flask, settings: Settings) -> None:
    """Before the limits, so that their hooks run inside of these: who is kept out uses up nothing."""
    app.extensions["threats"] = Gate(app, settings)
    app.before_request(check_client)
    app.after_request(weigh_request)


def check_client() -> Response | None:
    if is_free():
        return None
    refusal = gate().find_refusal()
    if refusal is not None:
        g.is_kept_out = refusal.status_code == 403
        return refusal
    shape = find_shape(
        request.path, request.query_string.decode("latin-1"), is_page=request.url_rule is not None
    )
    if shape is None:
        return None
    if is_from_elsewhere():
        return refusals.refuse_link()
    note(shape)
    return None


def weigh_request(response: Response) -> Response:
    """An answer is worth more than a count: whatever goes wrong here is logged, and the answer goes out."""
    if g.get("is_kept_out") or is_free():
        return response
    signals = [*noted(), *signals_of(response)]
    if signals and is_from_elsewhere():
        signals = [each for each in signals if SIGNALS[each.name].is_deliberate]
    if signals:
        try:
            gate().weigh(describe(signals, response.status_code))
        except Exception:
            log.exception("a request could not be weighed")
    return response


def is_free() -> bool:
    """Files cost nothing, and health is nobody's attack."""
    return request.path.startswith(STATIC) or request.path in HEALTH


def is_from_elsewhere() -> bool:
    """Sent by a page of another site: that is not held against the browser, which may be anybody's.

    Who writes this into a header to go uncounted gains nothing: what looks like an attack is refused at once, and what no
    page can make a browser do counts as ever.
    """
    return request.headers.get("Sec-Fetch-Site") == "cross-site"


def signals_of(response: Response) -> Iterable[Noted]:
    """What the answer says of the request."""
    if isinstance(request.routing_exception, SecurityError):
        yield Noted("bad_host")
    elif response.status_code == 429:
        yield Noted("limit_hit", f"{request.endpoint}:{int(time.time()) // LIMIT_HIT_S}")
    elif response.status_code in BY_STATUS and not g.get("api_token"):
        # A program that is known may ask for many things that are gone.
        detail = http.request_id() if response.status_code == 422 else f"{request.method} {request.path}"
        yield Noted(BY_STATUS[response.status_code], detail)


def describe(signals: Iterable[Noted], status: int) -> Deed:
    address, login = limits.address_key(), find_login()
    query = request.query_string.decode("latin-1")
    target = SECRET.sub("…", f"{request.path}?{query}" if query else request.path)
    client = name_account(login) if login else address
    return Deed(client, address, list(signals), request.method, target, status)


def gate() -> Gate:
    found: Gate = current_app.extensions["threats"]
    return found
