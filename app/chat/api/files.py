"""/api/realtime/chat: files in conversations."""

from contextlib import closing

from flask import Blueprint, jsonify, request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from app.chat import bubbles, limits
from app.chat.access import current_actor, get_room_for
from app.chat.api.asking import ASKED, READ, read_stream
from app.chat.api.told import message_out
from app.chat.errors import ClientIdReused, RoomClosed, UnknownRoom
from app.chat.files.checking import check_enabled, most_bytes, too_large
from app.chat.files.downloads import get_file
from app.chat.files.errors import FilesOff, FileTooLarge, TooManyFiles, UnknownFile, UnsupportedFile
from app.chat.files.uploads import take_upload
from app.chat.schemas import FileLink, Posted
from app.core import http
from app.core.database import db
from app.core.errors import Forbidden
from app.core.openapi import Operation, describes
from app.security.forgery import refuse_foreign_form
from app.security.limits import API_READ, limiter

# What a form has around a file.
FORM_BYTES = 64 * 1024

bp = Blueprint("chat_files_api", __name__, url_prefix="/api/realtime/chat")


@bp.post("/rooms/<room_id>/files")
@http.reads_late
@limits.messages
@describes(
    Operation(
        "Send a file as multipart/form-data with clientId and file; the same clientId again answers what was stored",
        Posted,
        errors=(
            *ASKED,
            UnknownRoom,
            Forbidden,
            ClientIdReused,
            RoomClosed,
            FilesOff,
            FileTooLarge,
            TooManyFiles,
            UnsupportedFile,
        ),
        query=(("stream", "p, which is usual, or i for the staff's notes"),),
        statuses=((201, "Stored"), (200, "It was stored before")),
    )
)
def post_file(room_id: str) -> tuple[Response, int]:
    check_enabled()
    actor, stream = current_actor(), read_stream()
    room = get_room_for(actor, room_id, "notes" if stream == "i" else "post")
    db.session.rollback()  # a slow upload must not keep a connection to the database
    http.expect_upload(most_bytes() + FORM_BYTES)
    try:
        refuse_foreign_form()
        with closing(request.files.get("file") or FileStorage()) as file:
            posted = take_upload(room, actor, stream, request.form.get("clientId", ""), file)
    except RequestEntityTooLarge:
        raise too_large() from None
    (bubble,) = bubbles.make_bubbles(room, [posted.message])
    answer = Posted(**message_out(bubble).model_dump(), duplicate=posted.duplicate)
    return jsonify(answer.model_dump(mode="json")), 200 if posted.duplicate else 201


@bp.get("/files/<file_id>")
@limiter.limit(API_READ)
@describes(Operation("A file, and where its bytes are", FileLink, errors=(*READ, UnknownFile)))
def show_file(file_id: str) -> Response:
    file = get_file(current_actor(), file_id)
    path = f"/chat/files/{file.public_id}" if file.state == "clean" else None
    link = FileLink(
        **bubbles.file_data(file),
        path=path,
        thumbnailPath=f"{path}/thumbnail" if path and file.thumbnail_key else None,
    )
    return jsonify(link.model_dump(mode="json"))
