"""Files of conversations: sent into a room, and handed out to those who are in it."""

import logging
from contextlib import closing

from flask import Blueprint, jsonify, request, send_file
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from app.chat import limits
from app.chat.access import current_actor, get_room_for
from app.chat.files.checking import check_enabled, most_bytes, too_large
from app.chat.files.downloads import Download, get_download
from app.chat.files.errors import UnknownFile
from app.chat.files.uploads import take_upload
from app.chat.views.rooms import read_stream, tell_posted
from app.core import http, storage
from app.core.database import db
from app.core.http import safe_next, see_other, wants_json
from app.security.forgery import refuse_foreign_form

# What a form has around a file.
FORM_BYTES = 64 * 1024
POLICY = "default-src 'none'; sandbox"

bp = Blueprint("chat_files", __name__, url_prefix="/chat")
log = logging.getLogger(__name__)


@bp.post("/rooms/<room_id>/files")
@http.reads_late
@limits.messages
def post_file(room_id: str) -> Response:
    """`stream` is in the address, so that nothing is read of what somebody may not send. Answers as for a message."""
    check_enabled()
    actor, stream = current_actor(), read_stream(request.args)
    room = get_room_for(actor, room_id, "notes" if stream == "i" else "post")
    db.session.rollback()  # a slow upload must not keep a connection to the database
    http.expect_upload(most_bytes() + FORM_BYTES)
    try:
        refuse_foreign_form()
        with closing(request.files.get("file") or FileStorage()) as file:
            posted = take_upload(room, actor, stream, request.form.get("clientId", ""), file)
    except RequestEntityTooLarge:
        raise too_large() from None
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
