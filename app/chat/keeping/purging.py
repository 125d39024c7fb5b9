"""Deleting what was said: files first, then messages with their entries of the log, at last the empty rooms.

Each step asks with the room's row taken whether it may go: a hold that was set since the look wins. Killed anywhere, the
next run goes on: what is left is found by what it is, and the log stays without gaps from `min_p` on.
"""

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from app.chat.files.removal import remove_file, remove_files_of
from app.chat.keeping.transcripts import forget_mails
from app.chat.models import (
    Assignment,
    Attachment,
    ChatHold,
    Message,
    Participant,
    QuotedCard,
    Rating,
    Room,
    RoomEvent,
)
from app.chat.models.room import DESK_KINDS, LIVE, STREAMS
from app.core.database import db, run_transaction

BATCH = 500
MAY_GO = ~Room.legal_hold & (Room.kind.not_in(DESK_KINDS) | Room.status.not_in(LIVE))
ALL = 2**62
# What belongs to a room and goes with it, in an order that no reference forbids.
PARTS = (QuotedCard, RoomEvent, Participant, Assignment, Rating, ChatHold)


def purge_messages(ids: Sequence[int], before: int) -> int:
    """Delete these messages, and entries of their rooms' logs from before `before`. Returns how many went.

    Messages whose files cannot be deleted stay, and so do those of rooms that must stay. Not inside transaction().
    """
    stuck = set(remove_files_of(ids, MAY_GO))
    return run_transaction(lambda: delete_messages([each for each in ids if each not in stuck], before))


def delete_messages(ids: Sequence[int], before: int) -> int:
    rooms = take_rooms(Room.id.in_(sa.select(Message.room_id).where(Message.id.in_(ids))))
    gone = db.session.scalars(
        sa.select(Message.id).where(Message.id.in_(ids), Message.room_id.in_(rooms))
    ).all()
    run(sa.delete(QuotedCard).where(QuotedCard.message_id.in_(gone)))
    # An entry without its message tells nothing, and keeps its place while older ones are there.
    run(sa.update(RoomEvent).where(RoomEvent.message_id.in_(gone)).values(message_id=None))
    run(sa.delete(Message).where(Message.id.in_(gone)))
    shorten_logs(rooms, before)
    return len(gone)


def take_rooms(which: sa.ColumnElement[bool]) -> Sequence[int]:
    """Those that may go, with their rows taken."""
    may_go = sa.select(Room.id).where(which, MAY_GO)
    return db.session.scalars(may_go.order_by(Room.id).with_for_update()).all()


def shorten_logs(rooms: Sequence[int], before: int) -> None:
    for room_id in rooms:
        shorten_log(room_id, before)


def shorten_log(room_id: int, before: int) -> None:
    """Delete the entries before the first message that is left, unless they are too young."""
    for stream in STREAMS:
        first = db.session.scalar(
            sa.select(sa.func.min(Message.seq)).where(Message.room_id == room_id, Message.stream == stream)
        )
        run(
            sa.delete(RoomEvent).where(
                RoomEvent.room_id == room_id,
                RoomEvent.stream == stream,
                RoomEvent.seq < (ALL if first is None else first),
                RoomEvent.created_at < before,
            )
        )
    kept = (
        sa.select(sa.func.min(RoomEvent.seq))
        .where(RoomEvent.room_id == room_id, RoomEvent.stream == "p")
        .scalar_subquery()
    )
    first_kept = sa.func.coalesce(kept, Room.head_p + 1)
    raised = sa.case((Room.min_p < first_kept, first_kept), else_=Room.min_p)
    run(sa.update(Room).where(Room.id == room_id).values(min_p=raised))


def clear_room(room_id: int) -> bool:
    """Delete all that was said in a room whose figures are settled. False when something had to stay."""
    staged = sa.select(Attachment).where(Attachment.room_id == room_id, Attachment.message_id.is_(None))
    is_clear = all([remove_file(file, MAY_GO) for file in db.session.scalars(staged).all()])
    after = 0
    while ids := db.session.scalars(
        sa.select(Message.id)
        .where(Message.room_id == room_id, Message.id > after)
        .order_by(Message.id)
        .limit(BATCH)
    ).all():
        is_clear &= purge_messages(ids, ALL) == len(ids)
        after = ids[-1]
    run_transaction(lambda: shorten_logs(take_rooms(Room.id == room_id), ALL))
    return is_clear


def drop_rooms(ids: Collection[int]) -> None:
    """Delete empty rooms and all that belongs to them, inside the running transaction."""
    going = take_rooms(Room.id.in_(ids))
    for room in db.session.scalars(sa.select(Room).where(Room.id.in_(going))).all():
        forget_mails(room)
    for part in PARTS:
        run(sa.delete(part).where(part.room_id.in_(going)))
    run(sa.delete(Room).where(Room.id.in_(going)))


def run(statement: sa.Delete | sa.Update) -> int:
    """Returns how many rows it changed."""
    done = db.session.execute(statement.execution_options(synchronize_session=False))
    return int(done.rowcount)  # type: ignore[attr-defined]
