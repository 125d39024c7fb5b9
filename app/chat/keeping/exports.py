"""A shopper's conversations as a file of their own: what was said to them, and the files in it, never a note.

A job makes it; whoever has the link gets it for a day. After that the link is worth nothing, and the sweep takes the file.
"""

import json
from collections.abc import Iterator
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from app.chat import bubbles, queries
from app.chat.keeping.erasure import rooms_of
from app.chat.models import Attachment, Rating, Room
from app.core import idempotency, storage
from app.core.clock import from_ms
from app.core.database import db
from app.core.errors import NotFound
from app.core.idempotency import Answer
from app.core.jobs import run_later
from app.core.mail import write_mail

NAME, EXTENSION = "export", "zip"
VALID_S = 24 * 3600
PAGE = 500
PIECE = 128 * 1024


def begin_export(subject: str, *, address: str = "", mail_to: str = "") -> str:
    """The token of the link, inside the running transaction; with `mail_to` a mail brings it when the file is there.

    `address` also takes what was begun with it: only for a file that is mailed there.
    """
    key = storage.sibling(storage.new_key(EXTENSION), NAME, EXTENSION)
    run_later(make_export, key, subject, address, mail_to, queue="bulk")
    return str(signer().dumps(key))


def find_export(token: str) -> str | None:
    """The key of the file; None while it is being made. Raises NotFound for a link that is over or never was one."""
    try:
        key = str(signer().loads(token, max_age=VALID_S))
    except BadSignature:
        raise NotFound("This link is over; ask for the file again") from None
    return key if storage.exists(key) else None


def is_export(key: str) -> bool:
    return f"-{NAME}." in key


def make_export(key: str, subject: str, address: str, mail_to: str) -> None:
    """As a job; killed anywhere, the next run does what is left."""
    if not storage.exists(key):
        write_archive(key, subject, address)
    if mail_to:
        idempotency.once("chat_export", key, b"", lambda: mail_link(key, mail_to))


def mail_link(key: str, mail_to: str) -> Answer:
    settings = current_app.config["SETTINGS"]
    link = f"{settings.PUBLIC_URL}/support/data/copies/{signer().dumps(key)}"
    write_mail(mail_to, "chat/export.mail.txt", link=link, hours=VALID_S // 3600)
    return Answer({}, 200)


def write_archive(key: str, subject: str, address: str) -> None:
    with storage.writing(key) as blob, ZipFile(blob, "w", ZIP_DEFLATED) as archive:
        told = [tell_room(room, archive) for room in rooms_of(subject, address)]
        archive.writestr("conversations.json", json.dumps(told, ensure_ascii=False, indent=2))


def tell_room(room: Room, archive: ZipFile) -> dict[str, Any]:
    rating = db.session.get(Rating, room.id)
    return {
        "id": room.public_id,
        "kind": room.kind,
        "subject": room.subject,
        "openedAt": from_ms(room.opened_at).isoformat(),
        "name": room.name,
        "email": room.email,
        "page": room.page,
        "rating": {"score": rating.score, "comment": rating.comment} if rating else None,
        "messages": list(tell_messages(room, archive)),
    }


def tell_messages(room: Room, archive: ZipFile) -> Iterator[dict[str, Any]]:
    after = 0
    while page := queries.list_messages_after(room.id, "p", after, PAGE):
        after = page[-1].seq
        for bubble in bubbles.make_bubbles(room, page):
            told: dict[str, Any] = {
                "side": bubble.side,
                "name": bubble.name,
                "at": bubble.at.isoformat(timespec="seconds"),
                "kind": bubble.kind,
                "text": bubble.body,
            }
            if bubble.file and not bubble.is_redacted:
                told["file"] = add_file(bubble.file, archive)
            yield told


def add_file(file: Attachment, archive: ZipFile) -> str | None:
    """Its name in the archive; None for what is not there, or was refused."""
    if file.state != "clean" or not storage.exists(file.storage_key):
        return None
    name = f"files/{file.public_id}-{file.name.replace('/', '_')}"
    with storage.open_blob(file.storage_key) as blob, archive.open(name, "w") as copy:
        while piece := blob.read(PIECE):
            copy.write(piece)
    return name


def prune_exports() -> None:
    """For the clock: files whose links are over."""
    for blob in storage.list_blobs():
        if is_export(blob.key) and blob.age_s > VALID_S:
            storage.delete(blob.key)


def signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="chat-export")
