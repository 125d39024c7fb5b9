"""What every page of a room asks and sends, whoever shows it: messages, the log since a number, earlier ones, read marks."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, jsonify, render_template, request
from werkzeug.wrappers import Response

from app.chat import bubbles, limits, messages, queries, reads
from app.chat.access import current_actor, get_room_for
from app.chat.bubbles import Told
from app.chat.console import canned
from app.chat.messages import Draft, Posted
from app.chat.models import Room
from app.core.database import run_transaction
from app.core.errors import Invalid
from app.core.fragments import render
from app.core.http import safe_next, see_other, wants_json

bp = Blueprint("chat_rooms", __name__, url_prefix="/chat/rooms")


@bp.post("/<room_id>/messages")
@limits.messages
def post_message(room_id: str) -> Response:
    """Answers JSON to a script; a plain form goes back to the page it came from."""
    actor, stream = current_actor(), read_stream()
    room = get_room_for(actor, room_id, "notes" if stream == "i" else "post")
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
    room = get_room_for(current_actor(), room_id, "notes" if stream == "i" else "read")
    after = read_number("after")
    told = bubbles.tell_events(room, queries.list_events(room.id, stream, after))
    head = room.head_p if stream == "p" else room.head_i
    return jsonify(
        events=[event_data(event) for event in told],
        head=head,
        # What a client missed is more than it can catch up on, or gone: it shows the newest page instead.
        reset=stream == "p" and after + 1 < room.min_p,
    )


@bp.get("/<room_id>/history")
def show_history(room_id: str) -> str:
    """The page of messages before a number."""
    stream = read_stream()
    room = get_room_for(current_actor(), room_id, "notes" if stream == "i" else "read")
    page = bubbles.list_bubbles(room, stream, before=read_number("before"))
    return render_template("chat/_history.html", room=room, bubbles=page, stream=stream)


@bp.post("/<room_id>/reads")
def post_read(room_id: str) -> Response:
    actor, stream = current_actor(), read_stream()
    room = get_room_for(actor, room_id, "notes" if stream == "i" else "read")
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


def read_stream(fields: Mapping[str, str] | None = None) -> str:
    """Of the address or the form, unless `fields` say where to look."""
    stream = (request.values if fields is None else fields).get("stream", "p")
    if stream not in ("p", "i"):
        raise Invalid(errors=[{"field": "stream", "message": "p or i"}])
    return stream


def read_number(name: str) -> int:
    text = request.values.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise Invalid(errors=[{"field": name, "message": "A number"}])
    return int(text)
