"""Links in mails that end something which somebody began: worth something until what they stand for is done or too old."""

from flask import current_app

from app.core.signing import is_signed, sign
from app.security.errors import LinkExpired

LIFETIME_H = 48
LIFETIME_MS = LIFETIME_H * 3600 * 1000


def write_link(path: str, id: str) -> str:
    """The id lies in the database, so it is signed: who reads a copy of that can open nothing."""
    return f"{current_app.config['SETTINGS'].PUBLIC_URL}{path}/{id}-{sign(path, id)}"


def read_link(path: str, token: str) -> str:
    """The id. Raises LinkExpired."""
    id, _, mark = token.partition("-")
    if not is_signed(path, id, mark):
        raise LinkExpired()
    return id
