"""/api/realtime/chat: files in conversations."""

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from app.chat import bubbles, limits
from app.chat.access import current_actor
from app.chat.api.refusals import ASKED, READ
from app.chat.api.told import message_out
from app.chat.errors import ClientIdReused, RoomClosed, UnknownRoom
from app.chat.files.downloads import get_file
from app.chat.files.errors import FilesOff, FileTooLarge, TooManyFiles, UnknownFile, UnsupportedFile
from app.chat.files.incoming import receive_file
from app.chat.schemas import FileLink, Posted
from app.core import http
from app.core.errors import Forbidden
from app.core.openapi import Operation, describes
from app.security.limits import API_READ, limiter

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
    room, posted = receive_file(room_id)
    (bubble,) = bubbles.make_bubbles(room, [posted.message])
    answer = Posted(**message_out(bubble).model_dump(), duplicate=posted.duplicate)
    return jsonify(answer.model_dump(mode="json")), 200 if posted.duplicate else 201


@bp.get("/files/<file_id>")
@limiter.limit(API_READ)
@describes(Operation("A file, and where its bytes are", FileLink, errors=(*READ, UnknownFile)))
def show_file(file_id: str) -> Response:
    file = get_file(current_actor(), file_id)
    path = file.path if file.state == "clean" else None
    link = FileLink(
        **bubbles.file_data(file),
        path=path,
        thumbnailPath=f"{path}/thumbnail" if path and file.thumbnail_key else None,
    )
    return jsonify(link.model_dump(mode="json"))
