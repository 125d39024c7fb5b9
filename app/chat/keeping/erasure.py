"""A shopper's conversations go because they want it: the same deletion as by age, and the figures stay.

What is on legal hold stays as it is. In groups, which others keep, their name is taken away from what they said; not
where they spoke as staff.
"""

from collections.abc import Sequence
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from app.chat.access import SYSTEM
from app.chat.desk import endings
from app.chat.figures import rollups
from app.chat.keeping.purging import clear_room, drop_rooms, run
from app.chat.keeping.transcripts import forget_mails
from app.chat.models import Message, Participant, Room
from app.chat.models.room import DESK_KINDS
from app.chat.queries import lock_room
from app.chat.shelf import hold_ends
from app.core.database import CHUNK, db, run_transaction
from app.core.jobs import run_later
from app.security import audit

ERASED = "erased"
NOBODY = "Somebody who left"


class FilesStay(Exception):
    """Of these conversations some files cannot be deleted; the job is tried again."""


def rooms_of(subject: str, address: str = "") -> Sequence[Room]:
    """The conversations with the desk of an account or a visitor, and those that were begun with this address."""
    whose = Room.owner == subject
    if address:
        whose |= sa.func.lower(Room.email) == address.strip().lower()
    return db.session.scalars(sa.select(Room).where(whose, Room.kind.in_(DESK_KINDS)).order_by(Room.id)).all()


def begin_erasure(subject: str, address: str = "", *, actor: str, role: str) -> int:
    """Inside the running transaction. Returns how many conversations go; a job does it."""
    going = [room for room in rooms_of(subject, address) if not room.legal_hold]
    audit.record(
        "chat_erasure_asked",
        f"shopper:{subject or 'address'}",
        actor=actor,
        role=role,
        after={"rooms": len(going)},
    )
    run_later(erase_shopper, subject, address, queue="bulk")
    return len(going)


def erase_shopper(subject: str, address: str) -> None:
    """As a job; killed anywhere, the next run goes on. Raises FilesStay."""
    erased = 0
    for room_id in [room.id for room in rooms_of(subject, address)]:
        erased += run_transaction(lambda room_id=room_id: forget(room_id))  # type: ignore[misc]
    if subject:
        take_name_away(subject)
    if erased:
        run_transaction(lambda: record(subject, erased))
    if not finish_erasures():
        raise FilesStay()


def record(subject: str, erased: int) -> None:
    audit.record(
        "chat_erased",
        f"shopper:{subject or 'address'}",
        actor="system",
        role="system",
        after={"rooms": erased},
    )


def forget(room_id: int) -> bool:
    """End the conversation, keep its figures, and cut what ties it to anybody; False when it must stay."""
    room = db.session.get(Room, room_id)
    if room is None:
        return False
    lock_room(room)
    if room.legal_hold:
        return False
    if room.is_live:
        endings.end_chat(room, SYSTEM)
    if room.status != "closed":
        endings.close(room)
    hold_ends.release_all(room.public_id)
    rollups.settle_room(room)
    forget_mails(room)
    room.owner, room.close_reason = None, ERASED
    room.name = room.email = room.subject = room.page = ""
    return True


def take_name_away(subject: str) -> None:
    """From groups; those on legal hold are evidence as they are. Not inside transaction()."""
    groups = (
        sa.select(Room.id)
        .join(Participant, Participant.room_id == Room.id)
        .where(Participant.actor == subject, Room.kind == "group", ~Room.legal_hold)
    )
    for whose, name in ((Message.sender, Message.sender_name), (Participant.actor, Participant.name)):
        model = whose.class_
        theirs = sa.and_(whose == subject, name != NOBODY, model.room_id.in_(groups))
        while run_transaction(partial(rename_some, name, theirs)):
            pass


def rename_some(name: InstrumentedAttribute[str], theirs: sa.ColumnElement[bool]) -> int:
    """A few, so that others may write in between. Returns how many."""
    keys = sa.inspect(name.class_).primary_key
    some = sa.tuple_(*keys).in_(sa.select(*keys).where(theirs).limit(CHUNK))
    return run(sa.update(name.class_).where(some).values({name: NOBODY}))


def finish_erasures() -> bool:
    """Delete what is left of conversations that are to be forgotten. False when files had to stay."""
    is_done = True
    for room_id in db.session.scalars(sa.select(Room.id).where(Room.close_reason == ERASED)).all():
        if clear_room(room_id):
            run_transaction(lambda room_id=room_id: drop_rooms([room_id]))  # type: ignore[misc]
        else:
            is_done = False
    return is_done
