"""How often one caller may ask. Redis counts for all processes; without it each process counts for itself."""

from flask import Flask, request
from flask_limiter import Limiter

from app.core.redis import bounds
from app.security.access import bearer_token
from app.security.tokens import hash_token
from app.settings import Settings

LOGIN = "10 per minute"
API_READ = "3000 per minute"
API_WRITE = "3000 per minute"
SEARCH = "600 per minute"


def init_app(app: Flask, settings: Settings) -> None:
    app.config["RATELIMIT_STORAGE_URI"] = settings.REDIS_URL.replace("unix://", "redis+unix://")
    app.config["RATELIMIT_STORAGE_OPTIONS"] = bounds(settings.REDIS_URL)
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = True
    app.config["RATELIMIT_KEY_PREFIX"] = "limit"
    app.config["RATELIMIT_HEADERS_ENABLED"] = True
    app.config["RATELIMIT_STRATEGY"] = "sliding-window-counter"
    limiter.init_app(app)


def client_key() -> str:
    """A program is its token, anybody else the address (an IPv6 customer owns a whole /64)."""
    if token := bearer_token():
        return hash_token(token)[:16]
    address = request.remote_addr or "unknown"
    return ":".join(address.split(":")[:4]) if ":" in address else address


limiter = Limiter(key_func=client_key)
