"""The bell: the newest in the header, all of them on a page, and the way from each to what it is about."""

from typing import Any

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from app.core.database import run_transaction
from app.core.errors import NotFound
from app.core.http import is_failing, is_fragment_request, is_prefetch, see_other
from app.notifications.inbox import inbox
from app.realtime.positions import note_positions
from app.security import access

PATH = "/notifications"
NEWEST = 5
ID = "<string(length=32):public_id>"

bp = Blueprint("notification_bell", __name__, url_prefix=PATH)


def page_context() -> dict[str, Any]:
    return {"count_unread": count_unread}


def count_unread() -> int:
    """Asked by the header alone, since some pages are there without a database."""
    return 0 if is_failing() else inbox.count_unread(access.subject())


@bp.get("")
def show_list() -> str:
    return list_page(request.args.get("before", ""))


def list_page(before: str) -> str:
    note_positions(access.subject())
    template = "notifications/_list.html" if is_fragment_request() else "notifications/list.html"
    return render_template(template, page=inbox.read_page(access.subject(), before), before=before)


@bp.get("/newest")
def show_newest() -> str:
    """What the bell opens."""
    found = inbox.list_notifications(access.subject(), limit=NEWEST)
    return render_template("notifications/_newest.html", found=found)


@bp.get("/count")
def show_count() -> str:
    """For a header that missed what was pushed."""
    return render_template("notifications/_count.html", unread=count_unread())


@bp.get(f"/{ID}")
def open_notification(public_id: str) -> Response:
    """On to what it is about; who goes there has read it."""
    told = inbox.find_notification(access.subject(), public_id)
    if told is None:
        raise NotFound("This notification is not yours, or it is too old")
    if not is_prefetch():
        run_transaction(lambda: inbox.mark_read(told.subject, public_id))
    return see_other(told.url)


@bp.post("/read")
def post_read() -> str | Response:
    """One, or all without an id; twice is the same as once."""
    public_id = request.form.get("id") or None
    run_transaction(lambda: inbox.mark_read(access.subject(), public_id))
    if not is_fragment_request():
        return see_other(PATH)
    return list_page(request.form.get("before", "")) if "before" in request.form else show_newest()
