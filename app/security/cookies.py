"""Cookies of our own that no script reads: bound to this host alone where there is TLS, as the prefix promises."""

from flask import current_app
from werkzeug.wrappers import Response

from app.settings import Settings


def is_https() -> bool:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.PUBLIC_URL.startswith("https:")


def full_name(name: str) -> str:
    return f"__Host-{name}" if is_https() else name


def set_cookie(response: Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        full_name(name), value, max_age=seconds, httponly=True, samesite="Lax", secure=is_https(), path="/"
    )


def clear_cookie(response: Response, name: str) -> None:
    response.delete_cookie(full_name(name), httponly=True, samesite="Lax", secure=is_https(), path="/")
