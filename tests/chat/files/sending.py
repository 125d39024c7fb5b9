"""Sending files into rooms, as the action does and as pages do."""

import io
import itertools
from typing import Any

from werkzeug.datastructures import FileStorage

from app.chat.access import Actor
from app.chat.files.inspection import inspect_file
from app.chat.files.uploads import take_upload
from app.chat.messages import Posted
from app.chat.models import Attachment, Room
from app.core import storage
from app.core.database import db
from tests.chat.talking import ADA

numbers = itertools.count(1)
TYPES = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "pdf": "application/pdf",
    "txt": "text/plain",
    "svg": "image/svg+xml",
}


def offer(body: bytes, name: str = "vase.jpg", declared: str | None = None) -> FileStorage:
    declared = declared or TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")
    return FileStorage(io.BytesIO(body), name, content_type=declared)


def send(
    room: Room,
    body: bytes,
    name: str = "vase.jpg",
    actor: Actor = ADA,
    *,
    client_id: str = "",
    stream: str = "p",
    declared: str | None = None,
) -> Posted:
    client_id = client_id or f"file-{next(numbers):06}"
    return take_upload(room, actor, stream, client_id, offer(body, name, declared))


def file_of(posted: Posted) -> Attachment:
    found = db.session.query(Attachment).filter_by(message_id=posted.message.id).populate_existing().one()
    return found


def send_checked(
    room: Room, body: bytes, name: str = "vase.jpg", actor: Actor = ADA, **options: Any
) -> Attachment:
    posted = send(room, body, name, actor, **options)
    inspect_file(file_of(posted).id)
    return file_of(posted)


def stored(key: str) -> bytes:
    with storage.open_blob(key) as blob:
        return blob.read()


def all_blobs() -> list[str]:
    return sorted(blob.key for blob in storage.list_blobs())
