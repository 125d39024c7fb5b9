"""Refused looks at staff pages, as entries: who tried what they may not."""

import time

from flask import Flask, Response, request

from app.core.database import run_safely, transaction
from app.core.idempotency import claim
from app.security import access, audit
from app.security.access import Caller

EVERY_S = 60
SCOPE = "access_refused"
MOST_REMEMBERED = 1_000

# Callers by the minute in which this process has noted them, so that a flood of refusals asks the database for nothing.
_noted: dict[str, int] = {}


def init_app(app: Flask) -> None:
    app.after_request(note_refusal)


def note_refusal(response: Response) -> Response:
    """One entry a minute for each account, whichever processes refuse it."""
    if response.status_code == 403 and request.path.startswith("/staff"):
        run_safely(note)
    return response


def note() -> None:
    caller, minute = access.current_caller(), int(time.time()) // EVERY_S
    if caller.role == "guest" or _noted.get(caller.name) == minute:
        return
    if len(_noted) > MOST_REMEMBERED:
        _noted.clear()
    _noted[caller.name] = minute
    record(caller, minute)


def record(caller: Caller, minute: int) -> None:
    with transaction():
        if claim(SCOPE, f"{caller.name} {minute}", b""):
            asked = {"method": request.method}
            audit.record(
                SCOPE, f"page:{request.path}"[:120], actor=caller.name, role=caller.role, after=asked
            )
