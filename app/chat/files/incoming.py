"""A file as it comes in with a request: nothing of it is read before it is known that the sender may send it."""

from contextlib import closing

from flask import request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from app.chat.access import current_actor, get_stream_for
from app.chat.asking import read_stream
from app.chat.files.checking import check_enabled, most_bytes, too_large
from app.chat.files.uploads import take_upload
from app.chat.messages import Posted
from app.chat.models import Room
from app.security.forgery import refuse_foreign_form

# What a form has around a file.
FORM_BYTES = 64 * 1024


def receive_file(room_id: str) -> tuple[Room, Posted]:
    """For a view that `http.reads_late`; the stream is in the address. Raises as `take_upload`, and for a forged form."""
    check_enabled()
    actor, stream = current_actor(), read_stream(request.args)
    room = get_stream_for(actor, room_id, stream, "post")
    request.max_content_length = most_bytes() + FORM_BYTES
    try:
        refuse_foreign_form()
        with closing(request.files.get("file") or FileStorage()) as file:
            return room, take_upload(room, actor, stream, request.form.get("clientId", ""), file)
    except RequestEntityTooLarge:
        raise too_large() from None
