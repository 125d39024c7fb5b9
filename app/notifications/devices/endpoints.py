"""Where a push may go: an address that a browser was given by one of the push services, and nowhere else.

Whoever subscribes chooses this address, and the shop's workers then send requests to it: unchecked, they would knock at
any door inside the shop's own network.
"""

import hashlib
import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import current_app

from app.core.errors import DomainError

LONGEST = 1024
# Sources: the services' own documentation; Apple writes of "any subdomain of push.apple.com".
HOSTS = (
    "fcm.googleapis.com",
    "jmt17.google.com",
    "updates.push.services.mozilla.com",
    "push.apple.com",
    "notify.windows.com",
)
HOST = re.compile(r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
PRINTED = re.compile(r"[!-~]+")


class BlockedEndpoint(DomainError):
    """Says nothing of why: whoever tries addresses learns nothing of what is behind them."""

    code, kind, title = (
        "endpoint_refused",
        "invalid",
        "This browser's push service is not known to this shop",
    )


@dataclass(frozen=True)
class Endpoint:
    """`origin` is what a VAPID token is for, `hash` names the endpoint without telling it."""

    url: str
    origin: str
    host: str

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.url.encode()).hexdigest()


def check_endpoint(url: str) -> Endpoint:
    """Asked when somebody subscribes and again before each send. Raises BlockedEndpoint."""
    if not PRINTED.fullmatch(url) or len(url) > LONGEST or "\\" in url:
        raise BlockedEndpoint()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BlockedEndpoint() from None
    origin = f"{parts.scheme}://{parts.netloc}"
    if origin in extra_origins():
        return Endpoint(url, origin, parts.hostname or "")
    host = parts.hostname or ""
    if (
        parts.scheme != "https"
        or port not in (None, 443)
        or "@" in parts.netloc
        or "#" in url
        or is_address(host)
        or not HOST.fullmatch(host)
        or not any(host == known or host.endswith(f".{known}") for known in HOSTS)
        or len(parts.path) < 2
    ):
        raise BlockedEndpoint()
    return Endpoint(url, f"https://{host}", host)


def is_address(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def extra_origins() -> tuple[str, ...]:
    """Push services of the tests; the settings refuse them anywhere else."""
    return tuple(current_app.config["SETTINGS"].PUSH_EXTRA_ORIGINS)
