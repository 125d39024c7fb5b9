"""Signed tokens that open the socket process: who is connected, and which private channel they may hear.

The web process signs them when it renders a page; the socket process only checks the signature, so it needs
no database.
"""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Any

LONGEST_TOKEN = 1024


@dataclass(frozen=True, slots=True)
class Connection:
    """Whom a socket belongs to. `issued` and `expires` are Unix seconds."""

    subject: str
    session: str
    issued: float
    expires: float


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subject's right to hear one private channel. `issued` and `expires` are Unix seconds."""

    channel: str
    subject: str
    session: str
    issued: float
    expires: float


def sign_connection(secret: str, subject: str, session: str, lifetime_s: float) -> str:
    return sign(secret, "connection", [subject, session], lifetime_s)


def read_connection(secret: str, token: str) -> Connection | None:
    """None when the token is forged, expired or of another purpose."""
    claims = read(secret, "connection", token)
    return Connection(*claims) if claims else None


def sign_subscription(secret: str, channel: str, subject: str, session: str, lifetime_s: float) -> str:
    return sign(secret, "subscription", [channel, subject, session], lifetime_s)


def read_subscription(secret: str, token: str, *, even_late: bool = False) -> Subscription | None:
    """None when the token is forged or of another purpose, and unless `even_late` when it has expired."""
    claims = read(secret, "subscription", token, even_late=even_late)
    return Subscription(*claims) if claims else None


def sign(secret: str, purpose: str, names: list[str], lifetime_s: float) -> str:
    now = time.time()
    claims = [*names, round(now, 3), round(now + lifetime_s, 3)]
    payload = encode(json.dumps(claims, separators=(",", ":")).encode())
    return f"{payload}.{signature(secret, purpose, payload)}"


def read(secret: str, purpose: str, token: str, *, even_late: bool = False) -> list[Any] | None:
    """The names, then the times of issue and expiry, as they were signed."""
    if len(token) > LONGEST_TOKEN or not token.isascii():
        return None
    payload, _, given = token.partition(".")
    if not hmac.compare_digest(given, signature(secret, purpose, payload)):
        return None
    claims: list[Any] = json.loads(decode(payload))
    return claims if even_late or claims[-1] > time.time() else None


def signature(secret: str, purpose: str, payload: str) -> str:
    # The purpose is signed too: otherwise a connection token would pass wherever its claims happen to fit.
    return encode(hmac.digest(secret.encode(), f"liveshelf.{purpose}.1.{payload}".encode(), hashlib.sha256))


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
