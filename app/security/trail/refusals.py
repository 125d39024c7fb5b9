"""Refused looks at staff pages, as entries: who tried what they may not."""

import time

from flask import Flask, Response, g, request

from app.core.database import run_safely, transaction
from app.core.idempotency import claim
from app.security import access
from app.security.access import Caller

EVERY_S = 60
SCOPE = "access_refused"
MOST_REMEMBERED = 1_000

# Callers by the minute in which this process has noted them, so that a flood of refusals asks the database for nothing.
_noted: dict[str, int] = {}


def init_app(app: Flask) -> None:
    app.after_request(note_refusal)


def note_refusal(response: Response) -> Response:
    """One entry a minute for each account, whichever processes refuse it. Who is kept out altogether uses up nothing."""
    if response.status_code == 403 and request.path.startswith("/staff") and not g.get("is_kept_out"):
        run_safely(note)
    return response


def note() -> None:
    """By the login, which is what pages refuse: a made-up token beside it must not hide whose it is."""
    user, minute = access.current_user(), int(time.time()) // EVERY_S
    if user is None:
        return
    caller = Caller(f"user:{user.public_id}", user.role, ())
    if _noted.get(caller.name) == minute:
        return
    if len(_noted) > MOST_REMEMBERED:
        _noted.clear()
    _noted[caller.name] = minute
    record(caller, minute)


def record(caller: Caller, minute: int) -> None:
    with transaction():
        if claim(SCOPE, f"{caller.name} {minute}", b""):
            asked = {"method": request.method}
            caller.note(SCOPE, f"page:{request.path}"[:120], after=asked)
