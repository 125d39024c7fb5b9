"""Private keys in the database, unreadable without the shop's SECRET_KEY."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

from app.core.errors import DomainError


class KeyUnreadable(DomainError):
    code, kind, title = (
        "push_key_unreadable",
        "invalid",
        "The push key cannot be read: it was stored under another SECRET_KEY. Run `flask vapid --rotate`",
    )


def seal(secret: bytes) -> str:
    return box().encrypt(secret).decode()


def unseal(sealed: str) -> bytes:
    """Raises KeyUnreadable."""
    try:
        return box().decrypt(sealed.encode())
    except InvalidToken:
        raise KeyUnreadable() from None


def box() -> Fernet:
    """A key for this use alone, so that what is signed elsewhere with SECRET_KEY opens nothing here."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    derived = HKDF(hashes.SHA256(), 32, salt=None, info=b"liveshelf vapid").derive(secret)
    return Fernet(base64.urlsafe_b64encode(derived))
