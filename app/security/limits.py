"""How often one caller may ask. Redis counts for all processes; without it each process counts for itself."""

import time
from ipaddress import IPv6Address, IPv6Network, ip_address

from flask import Flask, Response, request
from flask_limiter import Limiter

from app.core.redis import bounds
from app.security.access import current_caller, current_token
from app.security.sessions import hash_address
from app.settings import Settings

LOGIN = "10 per minute"
ACCOUNT_FAILURES = "10 per 15 minutes"
LINK_TO_ADDRESS = "20 per hour"
API_READ = "3000 per minute"
API_WRITE = "3000 per minute"
SEARCH = "600 per minute"
RESERVE = "60 per minute"
RESTOCK = "60 per hour"
RESTOCK_OF_VISITOR = "20 per 10 minutes"
RESTOCK_TO_ADDRESS = "20 per hour"


def init_app(app: Flask, settings: Settings) -> None:
    app.config["RATELIMIT_STORAGE_URI"] = settings.REDIS_URL.replace("unix://", "redis+unix://")
    app.config["RATELIMIT_STORAGE_OPTIONS"] = bounds(settings.REDIS_URL)
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = True
    app.config["RATELIMIT_KEY_PREFIX"] = "limit"
    app.config["RATELIMIT_STRATEGY"] = "sliding-window-counter"
    limiter.init_app(app)
    app.after_request(add_headers)


def client_key() -> str:
    """A program is its token, once that is known: an invented one for each request would never be limited."""
    token = current_token()
    return token.mark if token else address_key()


def address_key() -> str:
    """An IPv6 customer owns a whole /64."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address) and not address.ipv4_mapped:
        return str(IPv6Network((address.packed, 64), strict=False))
    return str(address)


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


def is_refusal(response: Response) -> bool:
    return response.status_code == 422


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


limiter = Limiter(key_func=client_key)
account_failures = limiter.limit(
    ACCOUNT_FAILURES, key_func=account_key, exempt_when=names_no_account, deduct_when=is_refusal
)
