"""The parts of a shopper's conversation: for its page, the panel beside the shop, and a page that shows it already."""

from typing import Any

from flask import render_template
from werkzeug.wrappers import Response

from app.chat import bubbles, threads
from app.chat.access import current_actor, get_room_for
from app.chat.desk import standing, waiting
from app.chat.forms.support import RatingForm
from app.chat.models import Room
from app.core.database import db, run_transaction
from app.core.http import fresh, is_fragment_request
from app.realtime.positions import note_positions

PATH = "/support"


def conversation(room: Room) -> dict[str, Any]:
    actor = current_actor()
    note_positions(f"room:{room.public_id}")
    db.session.refresh(room)
    return {
        "room": room,
        "thread": threads.read_thread(room, actor),
        "bubbles": bubbles.list_bubbles(room, "p"),
        "stream": "p",
        "action": path_of(room),
        **state_context(room),
    }


def state_context(room: Room) -> dict[str, Any]:
    rating = (now := standing.read_standing(room)).rating
    return {"room": room, "standing": now, "rating_form": RatingForm(formdata=None, obj=rating)}


def state_answer(room: Room, status: int = 200, **more: Any) -> Response:
    db.session.refresh(room)
    if is_fragment_request():
        return fresh(render_template("chat/_state.html", **state_context(room) | more), status)
    return answer("talk", status, **conversation(room) | more)


def answer(kind: str, status: int = 200, **context: Any) -> Response:
    """The whole page for whoever asks for one; else `panel`, or `talk`, which is what both are about."""
    template = f"chat/_{kind}.html" if is_fragment_request() else "chat/support.html"
    return fresh(render_template(template, **context), status)


def get_own_room(room_id: str) -> Room:
    room = get_room_for(current_actor(), room_id, "post")
    if room.left_at:  # whoever has no socket is here when a page of theirs asks
        run_transaction(lambda: waiting.mark_here(room))
    return room


def path_of(room: Room) -> str:
    return f"{PATH}/{room.public_id}"
