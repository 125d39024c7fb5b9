"""The link in each mail that ends mails of its kind. It needs no login: whoever has the mail may end it."""

import base64
import hmac

from flask import current_app

from app.notifications.choices import preferences

PATH = "/notifications/unsubscribe"
MARK_BYTES = 16


def write_link(subject: str, category: str) -> str:
    """The whole address, as mails and their List-Unsubscribe header carry it. It holds for ever."""
    named = encode(f"{subject} {category}".encode())
    base: str = current_app.config["SETTINGS"].PUBLIC_URL
    return f"{base.rstrip('/')}{PATH}/{named}.{sign(named)}"


def read_token(token: str) -> tuple[str, str] | None:
    """The subject and the category; None for one that is not ours."""
    named, _, mark = token.partition(".")
    if not token.isascii() or not hmac.compare_digest(mark, sign(named)):
        return None
    subject, _, category = base64.urlsafe_b64decode(named + "=" * (-len(named) % 4)).decode().partition(" ")
    return subject, category


def end_mails(subject: str, category: str) -> None:
    """Inside the running transaction. Raises NotFound for a category that is gone, and Invalid for one without mails."""
    preferences.set_preference(subject, category, "email", False, "unsubscribe")


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def sign(named: str) -> str:
    key = str(current_app.config["SECRET_KEY"]).encode()
    return encode(hmac.digest(key, f"unsubscribe {named}".encode(), "sha256")[:MARK_BYTES])
