"""How often one caller may ask. Redis counts for all processes; without it each process counts for itself."""

import re
import time
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address

from flask import Flask, Response, request
from flask_limiter import Limiter

from app.security.access import current_caller, current_token
from app.security.sessions import hash_address
from app.settings import Settings

LOGIN = "10 per minute"
REGISTER = "20 per hour"
LINK_TO_ADDRESS = "20 per hour"
API_READ = "3000 per minute"
API_WRITE = "3000 per minute"
SEARCH = "600 per minute"
RESERVE = "60 per minute"
RESTOCK = "60 per hour"
RESTOCK_OF_VISITOR = "20 per 10 minutes"
RESTOCK_TO_ADDRESS = "20 per hour"
# Of one account in each process, while its address or what it did itself is under suspicion.
SLOWED = "60 per minute"

# Routes that name no limit themselves have one by what they do: the first that fits, else that of writing, else none.
WRITE = "600 per minute"
BY_ROUTE = (
    (re.compile(r"\.csv$|/export\b|/transcript$|/copies/<|/receipt$"), "30 per minute"),
    (re.compile(r"/search\b|/find$"), SEARCH),
    (re.compile(r"/analytics$|/metrics$|/openapi\.json$|/docs$|^/staff/audit"), "120 per minute"),
)
READS = frozenset({"GET", "HEAD", "OPTIONS"})
# Dear or writing, and without a limit for a reason.
UNLIMITED = {"/api/health/ready": "asks its dependencies once a second, however often it is asked"}

UNKNOWN = "unknown"
MOST_REMEMBERED = 4096


def init_app(app: Flask, settings: Settings) -> None:
    # The limiter reads addresses its own way, which lacks Sentinel's database and password; so it is given connections.
    app.config["RATELIMIT_STORAGE_URI"] = "redis://"
    app.config["RATELIMIT_STORAGE_OPTIONS"] = {
        "connection_pool": app.extensions["redis"].client.connection_pool
    }
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = True
    app.config["RATELIMIT_KEY_PREFIX"] = "limit"
    app.config["RATELIMIT_STRATEGY"] = "sliding-window-counter"
    limiter.init_app(app)
    app.after_request(add_headers)


def usual_rate() -> str:
    """The limit of a route that names none; nothing for one that needs none."""
    rule = request.url_rule
    return find_rate(rule.rule, request.method in READS) if rule else ""


@lru_cache(MOST_REMEMBERED)
def find_rate(rule: str, is_read: bool) -> str:
    if rule in UNLIMITED:
        return ""
    named = next((rate for pattern, rate in BY_ROUTE if pattern.search(rule)), "")
    return named or ("" if is_read else WRITE)


def client_key() -> str:
    """A program is its token, once that is known: an invented one for each request would never be limited."""
    token = current_token()
    return token.mark if token else address_key()


def address_key() -> str:
    return key_of(request.remote_addr or "")


@lru_cache(MOST_REMEMBERED)
def key_of(address: str) -> str:
    """An IPv6 customer owns a whole /64."""
    try:
        found = ip_address(address)
    except ValueError:
        return UNKNOWN
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or IPv6Network((found.packed, 64), strict=False))
    return str(found)


def client_mark() -> str:
    """Names the connection of a shopper without telling its address, for limits that SQL counts."""
    return hash_address(address_key())


def reserve_limit() -> str:
    """A program acts for many; a browser only for one."""
    return API_WRITE if current_caller().role == "program" else RESERVE


def account_key() -> str:
    """Whoever an address belongs to, and the same for one that nobody has, so that the limit tells neither."""
    return hash_address(request.form.get("email", ""))


def names_no_account() -> bool:
    return not request.form.get("email", "").strip()


def seconds_left() -> int | None:
    """Until a caller who was stopped may ask again; None for all others."""
    limit = limiter.current_limit
    return max(1, int(limit.reset_at - time.time())) if limit and limit.breached else None


def add_headers(response: Response) -> Response:
    """How often one may ask, and when to come back. What is left of it would cost every call a question to Redis.

    Source: draft-ietf-httpapi-ratelimit-headers-10, section 3.
    """
    for asked in limiter.current_limits:
        rate = asked.limit
        response.headers.add(
            "RateLimit-Policy", f'"{request.endpoint}";q={rate.amount};w={rate.get_expiry()}'
        )
    if wait := seconds_left():
        response.headers["Retry-After"] = str(wait)
    return response


limiter = Limiter(key_func=client_key, default_limits=[usual_rate])
