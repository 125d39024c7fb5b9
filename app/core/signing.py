"""Marks that make an address ours: whoever has it can show it, and nobody can make up another."""

import base64
import hmac

from flask import current_app

MARK_BYTES = 16


def sign(purpose: str, text: str) -> str:
    """What is signed for one purpose opens nothing of another."""
    return make_mark(current_app.config["SECRET_KEY"], purpose, text)


def is_signed(purpose: str, text: str, mark: str) -> bool:
    """By us, with the key of today or one that it took the place of: what is in mails and queues outlives a key."""
    keys = (current_app.config["SECRET_KEY"], *current_app.config["SECRET_KEY_FALLBACKS"])
    return any(hmac.compare_digest(mark.encode(), make_mark(key, purpose, text).encode()) for key in keys)


def make_mark(key: str, purpose: str, text: str) -> str:
    mark = hmac.digest(key.encode(), f"{purpose} {text}".encode(), "sha256")[:MARK_BYTES]
    return base64.urlsafe_b64encode(mark).decode().rstrip("=")
