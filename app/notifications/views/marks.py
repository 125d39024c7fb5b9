"""Where notifications lead, and where devices tell what became of them. Neither needs a cookie: the token says enough."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.core.database import run_transaction
from app.core.errors import NotFound
from app.core.http import is_opened_by_person, see_other
from app.notifications.figures import marks
from app.security.limits import address_key, limiter

BEACONS = "60 per minute"
LONGEST_TOKEN = 120

bp = Blueprint("notification_marks", __name__)


@bp.get("/n/<token>")
def open_notification(token: str) -> Response:
    """On to the page that it is about."""
    is_click = is_opened_by_person()
    told = run_transaction(lambda: marks.mark(token, "clicked" if is_click else "displayed"))
    if told is None:
        raise NotFound("This link is not one of ours, or it is too old")
    return see_other(marks.path_of(told, token))


@bp.post("/api/realtime/push/marks")
@limiter.limit(BEACONS, key_func=address_key)
def post_mark() -> tuple[str, int]:
    """Always 204: a service worker can do nothing about an error, and strangers learn nothing. It sends no cookie along."""
    token = request.form.get("token", "")[:LONGEST_TOKEN]
    if kind := marks.KINDS.get(request.form.get("kind", "")):
        run_transaction(lambda: marks.mark(token, kind))
    return "", 204
