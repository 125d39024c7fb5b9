"""What every page of a room asks and sends, whoever shows it: messages, the log since a number, earlier ones, read marks."""

from typing import Any

from flask import Blueprint, jsonify, render_template, request
from werkzeug.wrappers import Response

from app.chat import bubbles, limits, messages, reads
from app.chat.access import current_actor, get_stream_for
from app.chat.asking import find_number, read_number, read_stream
from app.chat.bubbles import Told
from app.chat.console import canned
from app.chat.lines import Draft
from app.chat.messages import Posted
from app.chat.models import Room
from app.core.database import run_transaction
from app.core.fragments import render
from app.core.http import safe_next, see_other, wants_json

bp = Blueprint("chat_rooms", __name__, url_prefix="/chat/rooms")


@bp.post("/<room_id>/messages")
@limits.messages
def post_message(room_id: str) -> Response:
    """Answers JSON to a script; a plain form goes back to the page it came from."""
    actor, stream = current_actor(), read_stream()
    room = get_stream_for(actor, room_id, stream, "post")
    draft = Draft(request.form.get("clientId", ""), request.form.get("body", ""), stream)
    post = canned.post_reply if canned.has_variables(room, actor, draft) else messages.post_message
    posted = run_transaction(lambda: post(room, actor, draft))
    if not wants_json():
        return see_other(safe_next(request.form.get("next")))
    return jsonify(tell_posted(room, posted))


@bp.get("/<room_id>/events")
def list_events(room_id: str) -> Response:
    """Everything after a number, oldest first, at most 200; `head` says whether there is more."""
    stream = read_stream()
    room = get_stream_for(current_actor(), room_id, stream)
    page = bubbles.read_log(room, stream, read_number("after"))
    return jsonify(events=[event_data(event) for event in page.told], head=page.head, reset=page.is_reset)


@bp.get("/<room_id>/history")
def show_history(room_id: str) -> str:
    """The page of messages before a number; without one the newest."""
    stream = read_stream()
    room = get_stream_for(current_actor(), room_id, stream)
    page = bubbles.list_bubbles(room, stream, before=find_number("before"))
    return render_template("chat/_history.html", room=room, bubbles=page, stream=stream)


@bp.post("/<room_id>/reads")
def post_read(room_id: str) -> Response:
    actor, stream = current_actor(), read_stream()
    room = get_stream_for(actor, room_id, stream)
    seq = read_number("seq")
    moved = run_transaction(lambda: reads.mark_read(room, actor.subject, stream, seq))
    return jsonify(moved=moved)


def tell_posted(room: Room, posted: Posted) -> dict[str, Any]:
    (bubble,) = bubbles.make_bubbles(room, [posted.message])
    return {
        "clientId": bubble.client_id,
        "id": posted.message.id,
        "seq": bubble.seq,
        "stream": bubble.stream,
        "createdAt": posted.message.created_at,
        "duplicate": posted.duplicate,
        "content": render("chat/_message.html", message=bubble),
    }


def event_data(told: Told) -> dict[str, Any]:
    content = render("chat/_message.html", message=told.bubble) if told.bubble else None
    return {"seq": told.seq, "type": told.type, "ts": told.at, "data": told.data, "content": content}
