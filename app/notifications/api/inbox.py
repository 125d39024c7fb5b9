"""/api/realtime/push: what somebody was told, and what of it is read."""

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from app.core.database import run_transaction
from app.core.errors import Forbidden, Invalid, Unauthenticated
from app.core.http import Malformed, UnsupportedMediaType, read_json
from app.core.openapi import Operation, describes
from app.notifications.api.callers import ASKED_FOR, subject_for
from app.notifications.api.inbox_schemas import NotificationPage, ReadIn, ReadOut, notification_out
from app.notifications.inbox import inbox
from app.security.errors import CsrfRefused, TooManyRequests
from app.security.limits import API_READ, API_WRITE, limiter

MOST = 100
READ = (Unauthenticated, Forbidden, Invalid, TooManyRequests)
ASKED = (*READ, CsrfRefused, Malformed, UnsupportedMediaType)

bp = Blueprint("push_inbox_api", __name__, url_prefix="/api/realtime/push/notifications")


@bp.get("")
@limiter.limit(API_READ)
@describes(
    Operation(
        "What the caller was told, newest first",
        NotificationPage,
        errors=READ,
        query=(
            ("before", "the `before` of the page that came before"),
            ("limit", f"how many, at most {MOST}; {inbox.PAGE} is usual"),
            *ASKED_FOR,
        ),
    )
)
def list_notifications() -> Response:
    subject = subject_for("push:read")
    page = inbox.read_page(subject, request.args.get("before", ""), read_limit())
    answer = NotificationPage(
        items=[notification_out(each) for each in page.found],
        before=page.before,
        unread=inbox.count_unread(subject),
    )
    return jsonify(answer.model_dump(mode="json"))


def read_limit() -> int:
    text = request.args.get("limit", str(inbox.PAGE))
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= MOST):
        raise Invalid(errors=[{"field": "limit", "message": f"A number from 1 to {MOST}"}])
    return int(text)


@bp.post("/read")
@limiter.limit(API_WRITE)
@describes(
    Operation(
        "Mark one as read, or all; twice is the same as once",
        ReadOut,
        takes=ReadIn,
        errors=ASKED,
        query=ASKED_FOR,
    )
)
def post_read() -> Response:
    subject, wanted = subject_for("push:write"), read_json(ReadIn)
    changed = run_transaction(lambda: inbox.mark_read(subject, wanted.id))
    return jsonify(ReadOut(changed=changed, unread=inbox.count_unread(subject)).model_dump())
