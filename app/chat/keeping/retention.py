"""What was said goes when its time is over: CHAT_MESSAGE_RETENTION_DAYS, or what the shop chose for the kind of room.

A message is due by its own age, in rooms that are not live and not on legal hold, once its day is rolled up. With
CHAT_ENABLE_HISTORY off all goes as soon as the conversation is closed.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app

from app.chat.figures import rollups
from app.chat.keeping import purging
from app.chat.keeping.purging import BATCH, MAY_GO, clear_room, purge_messages, take_rooms
from app.chat.models import AgentSpan, Attachment, Message, Rating, Retention, Room, RoomEvent
from app.chat.models.room import DESK_KINDS, KINDS
from app.core import jobs, metrics
from app.core.database import db, delete_in_chunks, read_now, run_transaction, transaction
from app.inventory import days

DAY_MS = 24 * 3600 * 1000
ROOMS_AT_ONCE = 100
MOST_BATCHES = 40

log = logging.getLogger(__name__)


@dataclass
class Kept:
    """How many messages and rooms went, how many messages had to stay, and whether there was time for all."""

    messages: int = 0
    rooms: int = 0
    stuck: int = 0
    is_done: bool = True


def queue_retention() -> None:
    """For the clock, which has no time for it itself."""
    with transaction():
        jobs.run_later(keep_for_a_while, queue="bulk")


def keep_for_a_while() -> None:
    """As a job, which has a minute; what is left then is the next one's."""
    kept = keep_to_limits(MOST_BATCHES)
    if not kept.is_done and kept.messages:
        queue_retention()


def keep_to_limits(most_batches: int | None = None) -> Kept:
    """Roll up, then delete what is due."""
    rollups.roll_up()
    kept, batches = Kept(), 0
    for kind, before in limits().items():
        for ids in list_due(kind, before):
            if batches == most_batches:
                kept.is_done = False
                return kept
            gone = purge_messages(ids, before)
            kept.messages, kept.stuck, batches = (
                kept.messages + gone,
                kept.stuck + len(ids) - gone,
                batches + 1,
            )
    kept.rooms = sum(drop_empty(kind, before) for kind, before in limits().items())
    prune_spans()
    note_oldest_due()
    if kept.stuck:
        log.error("%d messages are due and had to stay; their files cannot be deleted", kept.stuck)
    return kept


def limits() -> dict[str, int]:
    """The moment before which messages of each kind of room are due; kinds that are kept for ever are not there."""
    now, final = read_now(), rollups.final_until()
    return {kind: min(now - kept * DAY_MS, final) for kind in KINDS if (kept := days_of(kind))}


def days_of(kind: str) -> int:
    found = db.session.get(Retention, kind)
    usual = int(current_app.config["SETTINGS"].CHAT_MESSAGE_RETENTION_DAYS)
    return usual if found is None else found.days


def list_due(kind: str, before: int) -> Iterator[list[int]]:
    """The oldest first, in batches; each is looked at once, also when it has to stay."""
    due = select_due(kind, before).order_by(Message.created_at, Message.id).limit(BATCH)
    after = (-1, 0)
    while rows := db.session.execute(
        due.where(sa.tuple_(Message.created_at, Message.id) > sa.tuple_(*map(sa.literal, after)))
    ).all():
        after = (rows[-1].created_at, rows[-1].id)
        yield [row.id for row in rows]


def select_due(kind: str, before: int) -> sa.Select[int, int]:
    return (
        sa.select(Message.id, Message.created_at)
        .join(Room, Room.id == Message.room_id)
        .where(Message.created_at < before, Room.kind == kind, MAY_GO)
    )


def drop_empty(kind: str, before: int) -> int:
    """Rooms in which nothing is left and nothing has happened since; groups only when nobody is in them any more."""
    left = [
        sa.exists().where(Message.room_id == Room.id),
        sa.exists().where(Attachment.room_id == Room.id),
        sa.exists().where(RoomEvent.room_id == Room.id, RoomEvent.created_at >= before),
        sa.exists().where(Rating.room_id == Room.id, Rating.created_at >= before),
    ]
    empty = sa.select(Room.id).where(
        Room.kind == kind, Room.opened_at < before, MAY_GO, *(~each for each in left)
    )
    if kind not in DESK_KINDS:
        empty = empty.where(Room.participant_count == 0)
    count = 0
    while ids := db.session.scalars(empty.order_by(Room.id).limit(ROOMS_AT_ONCE)).all():
        run_transaction(lambda ids=ids: purging.drop_rooms(ids))  # type: ignore[misc]
        count += len(ids)
    return count


def prune_spans() -> None:
    """When agents were there is no longer told one by one than what was said."""
    kept = current_app.config["SETTINGS"].CHAT_MESSAGE_RETENTION_DAYS
    before = min(days.begin_of(days.day_of(read_now()) - kept * days.ONE), rollups.final_until())
    delete_in_chunks(AgentSpan, AgentSpan.ended_at < before)


def note_oldest_due() -> None:
    now, ages = read_now(), [0]
    for kind in KINDS:
        if kept := days_of(kind):
            due = select_due(kind, now - kept * DAY_MS).order_by(Message.created_at).limit(1)
            ages += [now - kept * DAY_MS - row.created_at for row in db.session.execute(due)]
    metrics.set_gauge("chat_oldest_due_seconds", max(ages) / 1000)


def purge_closed() -> int:
    """For the clock, with CHAT_ENABLE_HISTORY off: what was said in conversations that are closed. Returns how many."""
    if current_app.config["SETTINGS"].CHAT_ENABLE_HISTORY:
        return 0
    said = sa.exists().where(Message.room_id == Room.id)
    closed = sa.select(Room).where(
        Room.status == "closed", Room.kind.in_(DESK_KINDS), MAY_GO, said | (Room.min_p <= Room.head_p)
    )
    rooms = db.session.scalars(closed.order_by(Room.id).limit(ROOMS_AT_ONCE)).all()
    for room_id in [room.id for room in rooms]:
        purge_log(room_id)
    return len(rooms)


def purge_log(room_id: int) -> bool:
    """Delete all that was said in this room, with its figures settled first. False when something had to stay."""

    def settle() -> None:
        for each in take_rooms(Room.id == room_id):
            rollups.settle_room(db.session.get_one(Room, each))

    run_transaction(settle)
    return clear_room(room_id)
