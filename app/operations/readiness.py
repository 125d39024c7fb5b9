"""Who is told what is wrong with the shop, and who only that something is."""

from typing import Any

from flask import request

from app.core.errors import Unauthenticated
from app.core.failures import UNAVAILABLE
from app.monitoring import health
from app.security.access import LOOPBACK, PROXY_HEADERS, current_caller


def read() -> dict[str, Any]:
    """As `health.read`, and only the status for those who need not know what the shop is made of."""
    known = health.read()
    return known if may_see_details() else {"status": known["status"]}


def may_see_details() -> bool:
    """Whoever is on this machine, programs with monitoring:read, and admins.

    A proxy on this machine is loopback too, but says that it is one.
    """
    if request.remote_addr in LOOPBACK and not any(name in request.headers for name in PROXY_HEADERS):
        return True
    try:
        return "monitoring:read" in current_caller().scopes
    except (Unauthenticated, *UNAVAILABLE):
        # Without its database the shop knows nobody, and a proxy must have its answer all the same.
        return False
