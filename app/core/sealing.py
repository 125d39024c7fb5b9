"""Secrets that the database keeps, unreadable without the shop's SECRET_KEY."""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app


class SealBroken(Exception):
    """It was sealed under another SECRET_KEY, for another purpose, too long ago, or not by us."""


def seal(purpose: str, secret: bytes) -> str:
    return box(purpose).encrypt(secret).decode()


def unseal(purpose: str, sealed: str, most_age_s: int | None = None) -> bytes:
    """Raises SealBroken."""
    try:
        return box(purpose).decrypt(sealed.encode(), most_age_s)
    except InvalidToken:
        raise SealBroken() from None


def box(purpose: str) -> MultiFernet:
    """A key for this use alone: what is signed or sealed elsewhere with SECRET_KEY opens nothing here.

    The purposes are stored in what they sealed: another name for one makes its secrets unreadable. What was sealed under one
    of SECRET_KEY_FALLBACKS still opens.
    """
    secrets = (current_app.config["SECRET_KEY"], *current_app.config["SECRET_KEY_FALLBACKS"])
    return MultiFernet([derive(str(secret), purpose) for secret in secrets])


def derive(secret: str, purpose: str) -> Fernet:
    key = HKDF(hashes.SHA256(), 32, salt=None, info=f"liveshelf {purpose}".encode()).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(key))
