"""Canned replies beside the composer: which there are, and one of them filled in for this conversation."""

from flask import Blueprint, jsonify, make_response, render_template
from werkzeug.wrappers import Response

from app.chat.access import current_actor, get_room_for
from app.chat.console import canned
from app.security.access import role_required

bp = Blueprint("chat_canned", __name__, url_prefix="/staff/chat/rooms/<room_id>/canned")


@bp.get("")
@role_required("agent", "staff")
def list_replies(room_id: str) -> Response:
    get_room_for(current_actor(), room_id, "notes")
    return make_response(render_template("chat/console/_canned.html", replies=canned.list_canned()))


@bp.post("/<int:reply_id>")
@role_required("agent", "staff")
def fill_reply(room_id: str, reply_id: int) -> Response:
    """Its text with every variable as it is now; what has no value here is named in the error."""
    actor = current_actor()
    room = get_room_for(actor, room_id, "notes")
    return jsonify(text=canned.fill_in(room, canned.get_canned(reply_id).body, actor))
