"""What finds files that were left behind: never sent, never checked, or known on one side only.

All blobs of the storage belong to the chat's files, but for the copies that shoppers ask for.
"""

import logging
from collections.abc import Sequence

import sqlalchemy as sa

from app.chat.files.inspection import give_up, inspect_file
from app.chat.files.removal import drop_blob, remove_file
from app.chat.keeping.exports import is_export
from app.chat.models import Attachment, Message
from app.core import metrics, storage
from app.core.database import db, now_ms, transaction
from app.core.jobs import run_later

HOUR_MS = 3600 * 1000
STUCK_AFTER_MS = 15 * 60 * 1000
GIVEN_UP_AFTER_MS = 24 * HOUR_MS
ORPHAN_AFTER_S = 24 * 3600
BATCH = 100

log = logging.getLogger(__name__)


def remove_left_behind() -> None:
    """Files that never came to be part of a message, and those of messages that were taken back."""
    staged = sa.and_(Attachment.state == "staged", Attachment.created_at < now_ms() - HOUR_MS)
    redacted = Attachment.message_id.in_(sa.select(Message.id).where(Message.redacted_at.is_not(None)))
    for condition in (staged, redacted):
        for file in db.session.scalars(sa.select(Attachment).where(condition).limit(BATCH)).all():
            remove_file(file)


def queue_stuck() -> None:
    """Files whose check was lost, or waits for a scanner; after a day they are given up."""
    for file_id in list_scanning(GIVEN_UP_AFTER_MS):
        give_up(file_id)
    waiting = list_scanning(STUCK_AFTER_MS)
    with transaction():
        for file_id in waiting:
            run_later(inspect_file, file_id, queue="bulk")


def list_scanning(longer_than_ms: int) -> Sequence[int]:
    scanning = sa.select(Attachment.id).where(
        Attachment.state == "scanning", Attachment.attached_at < now_ms() - longer_than_ms
    )
    return db.session.scalars(scanning.order_by(Attachment.id).limit(BATCH)).all()


def count_orphans() -> None:
    """Delete blobs that no row knows, and tell of rows whose blobs are gone; those an operator may bring back."""
    blobs = [blob for blob in storage.list_blobs() if blob.age_s > ORPHAN_AFTER_S and not is_export(blob.key)]
    rows = db.session.execute(
        sa.select(Attachment.storage_key, Attachment.thumbnail_key).where(Attachment.state != "rejected")
    )
    known = {key for row in rows for key in row if key}
    orphans = [blob.key for blob in blobs if blob.key not in known]
    stayed = [key for key in orphans if not drop_blob(key)]
    lost = list_lost()
    if orphans:
        log.warning("%d files belonged to nobody; %d of them could not be deleted", len(orphans), len(stayed))
    if lost:
        log.error("%d files are gone from the storage: %s", len(lost), ", ".join(lost[:20]))
    metrics.set_gauge("chat_orphan_blobs", len(orphans))
    metrics.set_gauge("chat_lost_blobs", len(lost))


def list_lost() -> list[str]:
    """Keys that clean files have and the storage has not."""
    rows = db.session.execute(
        sa.select(Attachment.storage_key, Attachment.thumbnail_key).where(Attachment.state == "clean")
    )
    return [key for row in rows for key in row if key and not storage.exists(key)]
