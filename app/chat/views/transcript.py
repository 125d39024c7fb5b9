"""A conversation to keep: as a text, as a page to print, by mail."""

from flask import Blueprint, Response, jsonify, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from app.chat import limits
from app.chat.access import current_actor, get_room_for
from app.chat.keeping import transcripts
from app.chat.models import Room
from app.core.database import run_transaction, transaction
from app.core.http import safe_next, see_other, wants_json
from app.security import audit
from app.security.limits import limiter

MAILS = "5 per hour"

bp = Blueprint("chat_transcript", __name__, url_prefix="/chat/rooms")


@bp.get("/<room_id>/transcript")
def show_transcript(room_id: str) -> BaseResponse:
    """`notes=1` with the staff's notes, for staff; `format=html` as a page to print."""
    notes = request.args.get("notes") == "1"
    actor = current_actor()
    room = get_room_for(actor, room_id, "notes" if notes else "read")
    if actor.is_staff:
        with transaction():
            about = f"room:{room.public_id}"
            audit.record("chat_transcript_taken", about, actor=actor.subject, role=actor.role)
    if request.args.get("format") == "html":
        return Response(show_page(room, notes))
    text = transcripts.write_text(room, notes=notes)
    response = Response("".join(text), content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="conversation-{room.public_id[:8]}.txt"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def show_page(room: Room, notes: bool) -> str:
    path = f"/chat/rooms/{room.public_id}/transcript"
    return render_template(
        "chat/transcript.html",
        title=transcripts.title_of(room),
        lines=list(transcripts.list_lines(room, notes=notes)),
        path=path + ("?notes=1" if notes else ""),
        mail_path=path,
        address=transcripts.address_of(room),
        sent="sent" in request.args,
    )


@bp.post("/<room_id>/transcript")
@limiter.limit(MAILS, key_func=limits.sender_key)
def post_transcript(room_id: str) -> BaseResponse:
    """Mails it to the conversation's own address and nowhere else."""
    room = get_room_for(current_actor(), room_id)
    address = run_transaction(lambda: transcripts.mail_transcript(room))
    if wants_json():
        return jsonify(sentTo=address)
    return see_other(safe_next(request.form.get("next")))
