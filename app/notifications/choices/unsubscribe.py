"""The link in each mail that ends mails of its kind. It needs no login: whoever has the mail may end it."""

import base64

from flask import current_app

from app.core.signing import is_signed, sign
from app.notifications.choices import preferences

PATH = "/notifications/unsubscribe"
PURPOSE = "unsubscribe"


def write_link(subject: str, category: str) -> str:
    """The whole address, as mails and their List-Unsubscribe header carry it. It holds for ever."""
    named = base64.urlsafe_b64encode(f"{subject} {category}".encode()).decode().rstrip("=")
    base: str = current_app.config["SETTINGS"].PUBLIC_URL
    return f"{base.rstrip('/')}{PATH}/{named}.{sign(PURPOSE, named)}"


def read_token(token: str) -> tuple[str, str] | None:
    """The subject and the category; None for one that is not ours."""
    named, _, mark = token.partition(".")
    if not is_signed(PURPOSE, named, mark):
        return None
    subject, _, category = base64.urlsafe_b64decode(named + "=" * (-len(named) % 4)).decode().partition(" ")
    return subject, category


def end_mails(subject: str, category: str) -> None:
    """Inside the running transaction. Raises NotFound for a category that is gone, and Invalid for one without mails."""
    preferences.set_preference(subject, category, "email", False, "unsubscribe")
