"""Taking files away: the bytes first, so that what cannot be deleted keeps the row that knows of it."""

import logging
from collections.abc import Sequence

import sqlalchemy as sa

from app.chat.models import Attachment, Room
from app.core import metrics, storage
from app.core.database import db, transaction

ANY = sa.true()

log = logging.getLogger(__name__)


def remove_file(file: Attachment, may_go: sa.ColumnElement[bool] = ANY) -> bool:
    """Delete the bytes and then the row. False when bytes stay, and the row with them. Not inside transaction().

    So it is when `may_go` is not true of the room by now; nobody changes the room until the file is gone.
    """
    file_id, room_id, keys = file.id, file.room_id, (file.storage_key, file.thumbnail_key)
    with transaction():
        room = sa.select(Room.id).where(Room.id == room_id, may_go).with_for_update()
        if db.session.scalar(room) is None or not all([drop_blob(key) for key in keys if key]):
            return False
        db.session.execute(sa.delete(Attachment).where(Attachment.id == file_id))
    return True


def remove_files_of(message_ids: Sequence[int], may_go: sa.ColumnElement[bool] = ANY) -> list[int]:
    """Those of the messages whose files had to stay, and which therefore must stay too."""
    files = db.session.scalars(sa.select(Attachment).where(Attachment.message_id.in_(message_ids))).all()
    return [message_id for file in files if (message_id := file.message_id) and not remove_file(file, may_go)]


def drop_blob(key: str) -> bool:
    """False, an error in the log and a count when it cannot be deleted."""
    try:
        freed = storage.delete(key)
    except OSError:
        log.exception("the file %s cannot be deleted", key)
        metrics.count("chat_file_delete_failed")
        return False
    metrics.count("chat_file_bytes_freed", freed)
    return True
