"""Files of conversations: sent into a room, and handed out to those who are in it."""

import logging

from flask import Blueprint, jsonify, request, send_file
from werkzeug.wrappers import Response

from app.chat import limits
from app.chat.access import current_actor
from app.chat.files.downloads import Download, get_download
from app.chat.files.errors import UnknownFile
from app.chat.files.incoming import receive_file
from app.chat.views.rooms import tell_posted
from app.core import http, storage
from app.core.http import safe_next, see_other, wants_json

POLICY = "default-src 'none'; sandbox"

bp = Blueprint("chat_files", __name__, url_prefix="/chat")
log = logging.getLogger(__name__)


@bp.post("/rooms/<room_id>/files")
@http.reads_late
@limits.messages
def post_file(room_id: str) -> Response:
    """`stream` is in the address, so that nothing is read of what somebody may not send. Answers as for a message."""
    room, posted = receive_file(room_id)
    if not wants_json():
        return see_other(safe_next(request.form.get("next")))
    return jsonify(tell_posted(room, posted))


@bp.get("/files/<public_id>")
def show_file(public_id: str) -> Response:
    return answer(get_download(current_actor(), public_id))


@bp.get("/files/<public_id>/thumbnail")
def show_thumbnail(public_id: str) -> Response:
    return answer(get_download(current_actor(), public_id, thumbnail=True))


def answer(download: Download) -> Response:
    try:
        blob = storage.open_blob(download.key)
    except FileNotFoundError:
        log.error("the file %s is gone from the storage", download.key)
        raise UnknownFile() from None
    response = send_file(
        blob,
        download.content_type,
        as_attachment=not download.is_shown,
        download_name=download.name,
        conditional=False,
        etag=False,
    )
    response.content_length = storage.size(download.key)
    response.headers["Content-Type"] = download.content_type
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response
