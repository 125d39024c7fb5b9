"""How the shop shows a push service who it is: a signed token for each service (RFC 8292)."""

import json
import threading
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from app.notifications.keys import pairs

LIFETIME_S = 12 * 3600  # the RFC allows 24 h, and services with fast clocks exist
RENEWED_AFTER_S = 11 * 3600

HEADER = pairs.encode(json.dumps({"typ": "JWT", "alg": "ES256"}, separators=(",", ":")).encode())


class Signer:
    """The Authorization headers of one key. A token serves all messages to one service, so it is signed twice a day."""

    def __init__(self, private: ec.EllipticCurvePrivateKey, subject: str) -> None:
        self._private = private
        self._subject = subject
        self._public = pairs.public_of(private)
        self._signed: dict[str, tuple[str, float]] = {}
        self._turn = threading.Lock()

    def authorization(self, origin: str, now_s: float) -> str:
        """`origin` is the push service's, as in https://updates.push.services.mozilla.com."""
        with self._turn:
            token, signed_at = self._signed.get(origin, ("", 0.0))
            if not token or now_s - signed_at > RENEWED_AFTER_S:
                token = sign(self._private, origin, self._subject, int(now_s) + LIFETIME_S)
                self._signed[origin] = (token, now_s)
        return f"vapid t={token}, k={self._public}"


def sign(private: ec.EllipticCurvePrivateKey, origin: str, subject: str, expires_s: int) -> str:
    claims = {"aud": origin, "exp": expires_s, "sub": subject}
    signed = f"{HEADER}.{pairs.encode(json.dumps(claims, separators=(',', ':')).encode())}"
    r, s = decode_dss_signature(private.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{signed}.{pairs.encode(r.to_bytes(32) + s.to_bytes(32))}"


def wrong_subject(subject: str) -> str | None:
    """What is wrong with the address that push services may write to; Apple refuses a `sub` that leads nowhere."""
    scheme, _, rest = subject.partition(":")
    if scheme == "mailto":
        host = rest.rpartition("@")[2]
        is_address = "@" in rest and not any(sign in rest for sign in " \t\r\n,<>")
    elif scheme == "https":
        host, is_address = urlsplit(subject).hostname or "", True
    else:
        return "must begin with mailto: or https:"
    dead = host.rpartition(".")[2] in ("", "localhost", "invalid", "test", "local", host)
    return (
        None if is_address and not dead else "must be an address that somebody reads, on a domain of its own"
    )
