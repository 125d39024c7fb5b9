"""The rows that figures are made of, within a span of time. A room whose log was settled early is not among them.

`of_room` narrows everything to one room.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.chat.figures.figures import Line, Move, Span
from app.chat.models import AgentSpan, Assignment, Message, Rating, Room, RoomEvent
from app.chat.models.room import DESK_KINDS
from app.core.database import db

# Of all time zones there are, none is off by less.
QUARTER_MS = 15 * 60_000

by_person = (Message.side == "agent") & Message.sender.startswith("user:", autoescape=True)


@dataclass(frozen=True)
class Log:
    """Of one conversation. `since`: a shopper has waited from before its lines."""

    kind: str
    lines: list[Line]
    since: int | None


@dataclass(frozen=True)
class History:
    kind: str
    first_shopper_at: int | None
    moves: list[Move]


def within(column: Any, span: Span) -> Any:
    return (column >= span.start) & (column < span.until)


def counted(of_room: int | None) -> sa.ColumnElement[bool]:
    there = Room.min_p <= Room.head_p
    return there if of_room is None else there & (Room.id == of_room)


def count_messages(span: Span, of_room: int | None = None) -> Iterator[tuple[int, str, str, int]]:
    """A moment within each quarter of an hour, and the room's kind, the side, and how many public messages."""
    quarter = (Message.created_at // QUARTER_MS).label("quarter")
    rows = db.session.execute(
        sa.select(quarter, Room.kind, Message.side, sa.func.count())
        .select_from(Message)
        .join(Room, Room.id == Message.room_id)
        .where(Message.stream == "p", within(Message.created_at, span), counted(of_room))
        .group_by("quarter", Room.kind, Message.side)
    )
    for number, kind, side, count in rows:
        yield int(number) * QUARTER_MS, kind, side, count


def count_beginnings(span: Span, of_room: int | None = None) -> Any:
    """The kinds of conversations that shoppers began, with how many."""
    return db.session.execute(
        sa.select(Room.kind, sa.func.count())
        .where(within(Room.first_shopper_at, span), Room.kind.in_(DESK_KINDS), counted(of_room))
        .group_by(Room.kind)
    )


def list_first_replies(span: Span, of_room: int | None = None) -> Any:
    return db.session.execute(
        sa.select(Room.kind, Room.first_shopper_at, Room.first_reply_at).where(
            within(Room.first_reply_at, span),
            Room.first_shopper_at.is_not(None),
            Room.kind.in_(DESK_KINDS),
            counted(of_room),
        )
    )


def list_logs(span: Span, of_room: int | None = None) -> Iterator[Log]:
    """The turns of conversations in which a person said something."""
    lines = list(db.session.execute(select_lines(span, of_room)))
    since = {row.room_id: row.since for row in db.session.execute(select_waiting(span, of_room))}
    for room_id, rows in groupby(lines, key=attrgetter("room_id")):
        of_log = list(rows)
        if any(row.what == "agent" for row in of_log):
            yield Log(of_log[0].kind, [Line(row.what, row.at) for row in of_log], since.get(room_id))


def select_lines(span: Span, of_room: int | None) -> Any:
    said = (
        sa.select(
            Message.room_id,
            Room.kind,
            Message.seq,
            Message.side.label("what"),
            Message.created_at.label("at"),
        )
        .select_from(Message)
        .join(Room, Room.id == Message.room_id)
        .where(
            Message.stream == "p",
            within(Message.created_at, span),
            (Message.side == "shopper") | by_person,
            Room.kind.in_(DESK_KINDS),
            counted(of_room),
        )
    )
    ended = (
        sa.select(RoomEvent.room_id, Room.kind, RoomEvent.seq, sa.literal("resolved"), RoomEvent.created_at)
        .select_from(RoomEvent)
        .join(Room, Room.id == RoomEvent.room_id)
        .where(is_move, is_resolved, within(RoomEvent.created_at, span), counted(of_room))
    )
    return said.union_all(ended).order_by("room_id", "seq")


is_move = (RoomEvent.stream == "p") & (RoomEvent.type == "status")
is_resolved = RoomEvent.payload["status"].as_string() == "resolved"


def select_waiting(span: Span, of_room: int | None) -> sa.Select[Any]:
    """Since when the shopper of each of these rooms waits as the span begins; nothing when they do not."""
    first, earlier = aliased(Message), aliased(Message)
    spoken = (
        sa.select(first.room_id, sa.func.min(first.seq).label("seq"))
        .select_from(first)
        .join(Room, Room.id == first.room_id)
        .where(first.stream == "p", within(first.created_at, span), counted(of_room))
        .group_by(first.room_id)
        .subquery()
    )
    answered = last_seq(Message, by_person, spoken)
    resolved = last_seq(RoomEvent, is_move & is_resolved, spoken)
    since = (
        sa.select(earlier.created_at)
        .where(
            earlier.room_id == spoken.c.room_id,
            earlier.stream == "p",
            earlier.side == "shopper",
            earlier.seq < spoken.c.seq,
            earlier.seq > answered,
            earlier.seq > resolved,
        )
        .order_by(earlier.seq)
        .limit(1)
        .correlate(spoken)
        .scalar_subquery()
    )
    return sa.select(spoken.c.room_id, since.label("since"))


def last_seq(model: Any, condition: Any, spoken: sa.Subquery) -> Any:
    """The newest before the span; walking back in the index ends at the first that is found."""
    found = (
        sa.select(model.seq)
        .where(model.room_id == spoken.c.room_id, model.stream == "p", model.seq < spoken.c.seq, condition)
        .order_by(model.seq.desc())
        .limit(1)
        .correlate(spoken)
        .scalar_subquery()
    )
    return sa.func.coalesce(found, 0)


def list_histories(span: Span, of_room: int | None = None) -> Iterator[History]:
    """All moves, up to the end of the span, of rooms that moved within it."""
    moved = sa.select(RoomEvent.room_id).where(is_move, within(RoomEvent.created_at, span))
    rows = db.session.execute(
        sa.select(
            RoomEvent.room_id,
            Room.kind,
            Room.first_shopper_at,
            RoomEvent.payload["status"].as_string().label("status"),
            RoomEvent.created_at.label("at"),
        )
        .select_from(RoomEvent)
        .join(Room, Room.id == RoomEvent.room_id)
        .where(
            is_move,
            RoomEvent.created_at < span.until,
            RoomEvent.room_id.in_(moved),
            Room.kind.in_(DESK_KINDS),
            counted(of_room),
        )
        .order_by(RoomEvent.room_id, RoomEvent.seq)
    )
    for _, group in groupby(rows, key=attrgetter("room_id")):
        of_room_rows = list(group)
        moves = [Move(row.status, row.at) for row in of_room_rows]
        yield History(of_room_rows[0].kind, of_room_rows[0].first_shopper_at, moves)


def count_transfers(span: Span, of_room: int | None = None) -> Any:
    return db.session.execute(
        sa.select(Room.kind, sa.func.count())
        .select_from(Assignment)
        .join(Room, Room.id == Assignment.room_id)
        .where(Assignment.end_reason == "transferred", within(Assignment.ended_at, span), counted(of_room))
        .group_by(Room.kind)
    )


def count_ratings(span: Span, of_room: int | None = None) -> Any:
    return db.session.execute(
        sa.select(Room.kind, Rating.score, sa.func.count())
        .select_from(Rating)
        .join(Room, Room.id == Rating.room_id)
        .where(within(Rating.created_at, span), counted(of_room))
        .group_by(Room.kind, Rating.score)
    )


def list_availability(span: Span) -> Any:
    """How long agents were available, with how many slots and how many of those taken."""
    return db.session.execute(
        sa.select(AgentSpan.started_at, AgentSpan.ended_at, AgentSpan.capacity, AgentSpan.open_count).where(
            AgentSpan.status == "available",
            AgentSpan.started_at < span.until,
            AgentSpan.ended_at.is_(None) | (AgentSpan.ended_at > span.start),
        )
    )
