"""The job that looks into a file before anybody else does, and makes pictures anew."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.chat import log, queries
from app.chat.files import documents, pictures
from app.chat.files.errors import Unusable
from app.chat.files.kinds import KINDS, PDF
from app.chat.files.removal import drop_blob
from app.chat.files.scanner import scan
from app.chat.models import Attachment
from app.core import storage
from app.core.database import db, transaction


@dataclass(frozen=True)
class Waiting:
    """A file that is to be looked into, as its row was read."""

    id: int
    key: str
    media_type: str


def inspect_file(file_id: int) -> None:
    """A job; a second run finds nothing left to do. Raises ScannerAway, and the file waits for the next try."""
    file = find_waiting(file_id)
    db.session.rollback()  # what follows may take seconds, and needs no connection
    if file is None:
        return
    try:
        settle(file, state="clean", **make_harmless(file))
    except Unusable as refusal:
        settle(file, state="rejected", reason=str(refusal))


def find_waiting(file_id: int) -> Waiting | None:
    row = db.session.execute(
        sa.select(Attachment.id, Attachment.storage_key, Attachment.media_type).where(
            Attachment.id == file_id, Attachment.state == "scanning"
        )
    ).one_or_none()
    return Waiting(*row) if row else None


def give_up(file_id: int) -> None:
    if file := find_waiting(file_id):
        settle(file, state="rejected", reason="It could not be checked. Send it again.")


def make_harmless(file: Waiting) -> dict[str, Any]:
    """What the row says of the file afterwards. Raises Unusable and ScannerAway."""
    kind = KINDS[file.media_type]
    try:
        with storage.open_blob(file.key) as body:
            scan(body)
            body.seek(0)
            if kind is PDF:
                documents.check_pdf(body.read())
    except FileNotFoundError:
        raise Unusable("The file was lost. Send it again.") from None
    if not kind.is_picture:
        return {}
    made = pictures.remake(file.key, file.media_type)
    return {
        "storage_key": made.key,
        "thumbnail_key": made.thumbnail_key,
        "size": made.size,
        "width": made.width,
        "height": made.height,
    }


def settle(file: Waiting, **values: Any) -> None:
    """Write down what was found and tell the room, once; then delete the bytes that nobody needs any more."""
    with transaction():
        settled = db.session.execute(
            sa.update(Attachment)
            .where(Attachment.id == file.id, Attachment.state == "scanning")
            .values(**values)
            .returning(Attachment.room_id, Attachment.stream, Attachment.message_id)
        ).one_or_none()
        if settled:
            room = queries.get_room(settled.room_id)
            log.append(room, settled.stream, "change", message_id=settled.message_id)
    if settled and (values["state"] == "rejected" or "storage_key" in values):
        drop_blob(file.key)
    elif not settled and not is_kept(file.id):
        for key in (values.get("storage_key"), values.get("thumbnail_key")):
            if key:
                drop_blob(key)  # it was taken away meanwhile


def is_kept(file_id: int) -> bool:
    return db.session.scalar(sa.select(Attachment.id).where(Attachment.id == file_id)) is not None
