"""Conversations that were held at given times, written row by row."""

import itertools
from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.chat.figures import rollups
from app.chat.models import AgentSpan, Attachment, Message, Rating, Room, RoomEvent
from app.core import storage
from app.core.database import db, read_now, transaction
from app.inventory import days

SECOND, MINUTE, HOUR = 1000, 60_000, 3_600_000
DAY = 24 * HOUR
MIRA = "user:mira"
numbers = itertools.count(1)


def at(day: str, clock: str = "12:00") -> int:
    """A moment by the clock on the shop's wall."""
    when = datetime.combine(date.fromisoformat(day), datetime.strptime(clock, "%H:%M").time())
    return int(when.replace(tzinfo=ZoneInfo("Europe/Berlin")).timestamp() * 1000)


def write_room(*log, kind="support", status="closed", **columns):
    """`log` is (what, at) in order: a side, `program`, `note`, or the status that the room came to."""
    first = log[0][1]
    shopper = [moment for what, moment in log if what == "shopper"]
    agent = [moment for what, moment in log if what == "agent" and shopper and moment >= shopper[0]]
    ended = [moment for what, moment in log if what == "resolved"]
    with transaction():
        room = Room(
            kind=kind,
            status=status,
            opened_at=first,
            excluded=[],
            slot_until=0,
            **{
                "owner": f"visitor:{next(numbers)}",
                "first_shopper_at": shopper[0] if shopper else None,
                "first_reply_at": agent[0] if agent else None,
                "resolved_at": ended[-1] if ended else None,
                **columns,
            },
        )
        db.session.add(room)
        db.session.flush()
        for what, moment in log:
            write_entry(room, what, moment)
    db.session.refresh(room)
    db.session.expunge(room)  # it may be deleted, and tests still ask for its id
    return room


def old_room(age_days=40, lines=10, **columns):
    """A conversation of as many messages, closed on the day it was begun."""
    begin = read_now() - age_days * DAY
    said = [
        ("agent" if number % 2 else "shopper", begin + (number + 2) * MINUTE) for number in range(lines - 1)
    ]
    log = [("shopper", begin), ("queued", begin), ("assigned", begin + MINUTE), *said]
    return write_room(*log, ("resolved", begin + HOUR), ("closed", begin + 2 * HOUR), **columns)


def write_entry(room, what, moment):
    if what in ("shopper", "agent", "program", "system", "note"):
        write_line(room, what, moment)
        return
    room.head_p += 1
    db.session.add(
        RoomEvent(
            room_id=room.id,
            stream="p",
            seq=room.head_p,
            type="status",
            payload={"status": what},
            created_at=moment,
        )
    )


def write_line(room, what, moment):
    senders = {"shopper": room.owner, "agent": MIRA, "note": MIRA, "program": "token:bot", "system": "system"}
    stream = "i" if what == "note" else "p"
    if stream == "i":
        room.head_i += 1
    else:
        room.head_p += 1
    seq = room.head_i if stream == "i" else room.head_p
    line = Message(
        room_id=room.id,
        stream=stream,
        seq=seq,
        sender=senders[what],
        sender_name=what,
        side={"note": "agent", "program": "agent"}.get(what, what),
        client_id=f"client-{next(numbers):06}",
        body_hash="",
        kind="system" if what == "system" else "text",
        body=f"{what} says something",
        payload={},
        created_at=moment,
    )
    db.session.add(line)
    db.session.flush()
    db.session.add(
        RoomEvent(
            room_id=room.id,
            stream=stream,
            seq=seq,
            type="message",
            message_id=line.id,
            payload={},
            created_at=moment,
        )
    )


def write_span(start, end, *, capacity=4, open_count=0, status="available", agent=MIRA):
    with transaction():
        span = AgentSpan(
            agent=agent,
            status=status,
            capacity=capacity,
            open_count=open_count,
            started_at=start,
            ended_at=end,
        )
        db.session.add(span)


def rate(room, score, moment, **columns):
    with transaction():
        db.session.add(Rating(room_id=room.id, score=score, created_at=moment, **columns))


def read_all(back=60):
    """The figures of all days, in a shape that can be compared."""
    today = days.day_of(read_now())
    read = rollups.read_days(today - back * days.ONE, today)
    return {
        (day, *key): (each.n, each.value, sorted(each.values))
        for day, figures in read.items()
        for key, each in figures.items()
    }


def messages_of(room):
    return db.session.query(Message).filter_by(room_id=room.id).count()


def attach(message, name="vase.jpg"):
    key = storage.new_key("jpg")
    with storage.writing(key) as blob:
        blob.write(b"bytes")
    with transaction():
        db.session.add(
            Attachment(
                room_id=message.room_id,
                message_id=message.id,
                stream="p",
                uploader="visitor:1",
                name=name,
                media_type="image/jpeg",
                size=5,
                storage_key=key,
                state="clean",
                created_at=message.created_at,
            )
        )
    return key
