"""Taking a message back."""

import sqlalchemy as sa
from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from app.chat import messages, queries
from app.chat.access import current_actor, get_stream_for
from app.chat.errors import MessageGone
from app.chat.models import Message, Room
from app.core.database import db, run_transaction
from app.core.errors import Forbidden
from app.security import audit

bp = Blueprint("chat_redactions", __name__, url_prefix="/chat/rooms")


@bp.post("/<room_id>/messages/<any(p, i):stream>/<int:seq>/redaction")
def redact_message(room_id: str, stream: str, seq: int) -> Response:
    """One's own, or as a supervisor anybody's at the desk."""
    actor = current_actor()
    room = get_stream_for(actor, room_id, stream, "post")

    def act() -> None:
        queries.lock_room(room)
        message = get_message(room, stream, seq)
        if message.sender != actor.subject and not (actor.is_supervisor and room.is_desk):
            raise Forbidden("Only what you wrote yourself can be taken back")
        messages.redact_message(room, message)
        if message.sender != actor.subject:
            which = {"stream": stream, "seq": seq}
            about = f"room:{room.public_id}"
            audit.record("chat_message_redacted", about, actor=actor.subject, role=actor.role, after=which)

    run_transaction(act)
    return jsonify(redacted=True)


def get_message(room: Room, stream: str, seq: int) -> Message:
    found = db.session.scalar(
        sa.select(Message).where(Message.room_id == room.id, Message.stream == stream, Message.seq == seq)
    )
    if found is None:
        raise MessageGone()
    return found
