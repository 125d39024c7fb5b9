"""Taking a file into a conversation: written down first, then told of in the transaction that also queues its check."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import FileStorage

from app.chat import messages, queries
from app.chat.access import Actor, check_right, right_to
from app.chat.errors import ClientIdReused
from app.chat.files.checking import Offered, Reading, check_enabled, check_offer
from app.chat.files.errors import TooManyFiles
from app.chat.files.inspection import inspect_file
from app.chat.files.removal import remove_file
from app.chat.lines import Draft
from app.chat.messages import Posted
from app.chat.models import Attachment, Message, Room
from app.core import storage
from app.core.database import db, now_ms, read_now, run_transaction
from app.core.errors import DomainError, NotFound
from app.core.jobs import run_later

MOST_PER_HOUR = 10
HOUR_MS = 3600 * 1000
PIECE = 128 * 1024


@dataclass(frozen=True)
class Staged:
    """A row that knows where the bytes are going to be, so that whoever dies here leaves nothing that nobody knows of."""

    id: int
    key: str


def take_upload(room: Room, actor: Actor, stream: str, client_id: str, file: FileStorage) -> Posted:
    """Write a message with a file. The same id with the same file again answers what was written the first time.

    Raises FilesOff, TooManyFiles, and what check_right, check_offer, Reading and post_message raise.
    """
    check_enabled()
    check_right(actor, room, right_to(stream, "post"))
    messages.check_client_id(client_id)
    offered = check_offer(file)
    if earlier := queries.find_message(room.id, actor.subject, client_id):
        check_same(earlier, read_through(offered, file))
        return Posted(earlier, duplicate=True)
    staged = stage(room, actor, stream, offered)
    with dropping(staged):
        reading = keep(staged, offered, file)
        draft = Draft(client_id, offered.name, stream, "file")
        posted = run_transaction(lambda: attach(staged, room, actor, draft, reading))
    if posted.duplicate:  # the same was sent twice at once, and the other came first
        remove_staged(staged)
        check_same(posted.message, reading)
    return posted


def stage(room: Room, actor: Actor, stream: str, offered: Offered) -> Staged:
    """Raises TooManyFiles."""
    key = storage.new_key(offered.kind.extensions[0])

    def write() -> int:
        queries.lock_room(room)  # files of one shopper are counted one after the other
        if not actor.is_staff:
            check_quota(actor)
        file = Attachment(
            room_id=room.id,
            stream=stream,
            uploader=actor.subject,
            name=offered.name,
            media_type=offered.kind.media_type,
            size=0,
            storage_key=key,
            state="staged",
            created_at=read_now(),
        )
        db.session.add(file)
        db.session.flush()
        return file.id

    return Staged(run_transaction(write), key)


def check_quota(actor: Actor) -> None:
    recent = sa.select(sa.func.count()).where(
        Attachment.uploader == actor.subject, Attachment.created_at > now_ms() - HOUR_MS
    )
    if (db.session.scalar(recent) or 0) >= MOST_PER_HOUR:
        raise TooManyFiles(f"At most {MOST_PER_HOUR} files an hour; try again later")


def keep(staged: Staged, offered: Offered, file: FileStorage) -> Reading:
    with storage.writing(staged.key) as blob:
        return read_through(offered, file, blob.write)


def read_through(
    offered: Offered, file: FileStorage, write: Callable[[bytes], object] | None = None
) -> Reading:
    """Piece by piece, and between two of them everybody else in this process has a turn."""
    reading = Reading(offered)
    piece = offered.head
    while piece:
        reading.add(piece)
        if write:
            write(piece)
        time.sleep(0)
        piece = file.stream.read(PIECE)
    reading.finish()
    return reading


def attach(staged: Staged, room: Room, actor: Actor, draft: Draft, reading: Reading) -> Posted:
    """Inside a transaction."""
    posted = messages.post_message(room, actor, draft)
    if posted.duplicate:
        return posted
    attached = db.session.execute(
        sa.update(Attachment)
        .where(Attachment.id == staged.id, Attachment.state == "staged")
        .values(
            state="scanning",
            message_id=posted.message.id,
            name=posted.message.body,  # as the shop's rules for words left it
            size=reading.size,
            sha256=reading.hash.hexdigest(),
            attached_at=now_ms(),
        )
        .returning(Attachment.id)
    )
    if attached.first() is None:
        raise NotFound("This took longer than an hour; send the file again")
    run_later(inspect_file, staged.id)
    return posted


def check_same(message: Message, reading: Reading) -> None:
    """Raises ClientIdReused when the message had another file, or none."""
    sent = db.session.scalar(sa.select(Attachment.sha256).where(Attachment.message_id == message.id))
    if message.kind != "file" or sent not in (None, reading.hash.hexdigest()):
        raise ClientIdReused()


@contextmanager
def dropping(staged: Staged) -> Iterator[None]:
    try:
        yield
    except Exception:
        with suppress(DomainError, SQLAlchemyError):  # the sweep finds it again
            remove_staged(staged)
        raise


def remove_staged(staged: Staged) -> None:
    if file := db.session.get(Attachment, staged.id, populate_existing=True):
        remove_file(file)
