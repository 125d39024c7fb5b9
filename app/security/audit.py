"""The record of who did what. Written in the transaction of the deed, so that neither exists without the other."""

from typing import Any

from flask import has_request_context, request

from app.core import clock, http
from app.core.database import db
from app.security.models import AuditEntry


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
    """Add an entry inside the running transaction. `before` and `after` hold ids and figures, never free text.

    `at` and `ip` are of a deed that another process saw.
    """
    inside = has_request_context()
    db.session.add(
        AuditEntry(
            at=at or clock.now_ms(),
            actor=actor,
            actor_role=role,
            action=action,
            object=object,
            before=before,
            after=after,
            ip=ip if ip is not None else (request.remote_addr or "") if inside else "",
            request_id=http.request_id() if inside else "",
        )
    )
