"""The record of who did what. Written in the transaction of the deed, so that neither exists without the other."""

import json
from typing import Any

from flask import has_request_context, request

from app.core import clock, http
from app.core.database import after_commit_once
from app.security.trail.chain import Entries


def record(
    action: str,
    object: str,
    *,
    actor: str,
    role: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    at: int | None = None,
    ip: str | None = None,
) -> None:
    """Add an entry to the running transaction, which writes it last of all: nothing inside can read it back, and a
    savepoint does not take it back. `before` and `after` hold ids and figures, never free text: entries are kept for good.

    `at` and `ip` are of a deed that another process saw.
    """
    inside = has_request_context()
    after_commit_once(Entries).append(
        {
            "at": at or clock.now_ms(),
            "actor": actor,
            "actor_role": role,
            "action": action,
            "object": object,
            "before": plain(before),
            "after": plain(after),
            "ip": ip if ip is not None else (request.remote_addr or "") if inside else "",
            "request_id": http.request_id(),
        }
    )


def plain(values: dict[str, Any] | None) -> dict[str, Any] | None:
    """As JSON gives it back, as it is now: whoever handed it over may change it before the transaction ends."""
    found: dict[str, Any] | None = json.loads(json.dumps(values))
    return found
