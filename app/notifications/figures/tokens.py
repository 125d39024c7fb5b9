"""The address that a notification leads to: it names the delivery to us and tells nobody else anything."""

import base64
import hmac

from flask import current_app

MARK_BYTES = 12


def click_path(delivery: str, action: str = "") -> str:
    """`delivery` is its public id. Signed, so that nobody can count clicks that nobody made."""
    return f"/n/{write_token(delivery, action)}"


def write_token(delivery: str, action: str) -> str:
    named = f"{delivery}.{action}"
    return f"{named}.{sign(named)}"


def read_token(token: str) -> tuple[str, str] | None:
    """The delivery and the action; None for one that is not ours."""
    named, _, mark = token.rpartition(".")
    if not mark or not mark.isascii() or not hmac.compare_digest(mark, sign(named)):
        return None
    delivery, _, action = named.partition(".")
    return delivery, action


def sign(named: str) -> str:
    key = str(current_app.config["SECRET_KEY"]).encode()
    return base64.urlsafe_b64encode(
        hmac.digest(key, f"click {named}".encode(), "sha256")[:MARK_BYTES]
    ).decode()
