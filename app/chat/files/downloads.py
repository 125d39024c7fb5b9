"""Handing a file out, to whoever may read its room at this moment."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.chat.access import Actor, check_right, right_to
from app.chat.errors import UnknownRoom
from app.chat.files.errors import UnknownFile
from app.chat.files.kinds import KINDS, TEXT
from app.chat.models import Attachment, Message, Room
from app.core.database import db
from app.core.errors import Forbidden

THUMBNAIL_TYPE = "image/webp"


@dataclass(frozen=True)
class Download:
    """`is_shown` in the browser: only pictures that were made anew. Everything else is saved."""

    key: str
    name: str
    content_type: str
    is_shown: bool


def get_download(actor: Actor, public_id: str, *, thumbnail: bool = False) -> Download:
    """Raises UnknownFile: for strangers, for what is not checked yet or was refused, and for what was taken back."""
    file = get_file(actor, public_id)
    if file.state != "clean":
        raise UnknownFile()
    if thumbnail:
        return show_thumbnail(file)
    kind = KINDS[file.media_type]
    content_type = "text/plain; charset=utf-8" if kind is TEXT else kind.media_type
    return Download(file.storage_key, file.name, content_type, kind.is_picture)


def get_file(actor: Actor, public_id: str) -> Attachment:
    """In any state, for whoever may read the message. Raises UnknownFile."""
    found = db.session.execute(
        sa.select(Attachment, Room)
        .join(Room, Room.id == Attachment.room_id)
        .join(Message, Message.id == Attachment.message_id)
        .where(Attachment.public_id == public_id, Message.redacted_at.is_(None))
    ).one_or_none()
    if found is None:
        raise UnknownFile()
    file, room = found
    try:
        check_right(actor, room, right_to(file.stream))
    except (UnknownRoom, Forbidden):
        raise UnknownFile() from None
    return file


def show_thumbnail(file: Attachment) -> Download:
    if file.thumbnail_key is None:
        raise UnknownFile()
    return Download(file.thumbnail_key, f"{file.name.rpartition('.')[0]}.webp", THUMBNAIL_TYPE, True)
