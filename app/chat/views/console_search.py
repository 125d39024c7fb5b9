"""Search over what was said and who was there."""

from flask import Blueprint, render_template, request

from app.chat.access import current_actor
from app.chat.console import search
from app.security.access import role_required

bp = Blueprint("chat_search", __name__, url_prefix="/staff/chat/search")


@bp.get("")
@role_required("agent", "staff")
def show_search() -> str:
    text = request.args.get("q", "").replace("\0", "").strip()[: search.LONGEST]
    found = search.search(current_actor(), text, read_before())
    return render_template("chat/console/search.html", query=text, found=found, shortest=search.SHORTEST)


def read_before() -> int | None:
    """The page that begins below this message; whatever is not understood is the first one."""
    before = request.args.get("before", "")
    return int(before) if before.isascii() and before.isdigit() and len(before) <= 15 else None
