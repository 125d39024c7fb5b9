"""The headers of every answer, errors and files included."""

from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import SecurityError

from app.security.sessions import cookie_name
from app.settings import Settings

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
}
HSTS = "max-age=31536000; includeSubDomains"


def init_app(app: Flask) -> None:
    app.after_request(add_headers)


def add_headers(response: Response) -> Response:
    settings: Settings = current_app.config["SETTINGS"]
    # What people upload may do less than our pages.
    response.headers.setdefault("Content-Security-Policy", write_policy())
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
    response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if settings.PUBLIC_URL.startswith("https:"):
        response.headers["Strict-Transport-Security"] = HSTS
    # A page of somebody's account must not come back from a cache after they sign out; a guest's may (back button).
    response.headers.setdefault(
        "Cache-Control", "no-store" if cookie_name() in request.cookies else "private, no-cache"
    )
    return response


def write_policy(**changes: str) -> str:
    """The shop's policy; a page that needs another says what differs, such as `frame_src`."""
    named = {name.replace("_", "-"): value for name, value in changes.items()}
    directives = {**POLICY, "connect-src": f"'self' {socket_origin()}", **named}
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def socket_url() -> str:
    """Where pages open their socket: WEBSOCKET_URL, or the page's own host on WEBSOCKET_PORT."""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.WEBSOCKET_URL:
        return settings.WEBSOCKET_URL
    scheme = "wss" if settings.PUBLIC_URL.startswith("https:") else "ws"
    return f"{scheme}://{page_host()}:{settings.WEBSOCKET_PORT}{settings.WEBSOCKET_PATH}"


def page_host() -> str:
    """The host of the page's address, without its port. An address that is refused still gets headers."""
    try:
        address = request.host
    except SecurityError:
        address = urlsplit(current_app.config["SETTINGS"].PUBLIC_URL).netloc
    return address if address.endswith("]") else address.rsplit(":", 1)[0]


def socket_origin() -> str:
    url = urlsplit(socket_url())
    return f"{url.scheme}://{url.netloc}"
