"""What shoppers are told of an answer that came while they were away: never its words, which stay in the conversation."""

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa

from app.chat import queries
from app.chat.access import EXTERNAL
from app.chat.models import Message, Participant, Room
from app.chat.models.room import DESK_KINDS
from app.core.database import db, now_ms, read_now, run_transaction
from app.core.outbox import Announcement
from app.notifications import notify
from app.notifications.categories import Category, Words
from app.notifications.notify import Notice
from app.realtime import presence

AWAY_MS = 30_000
# By then it is no news any more.
NEWS_MS = 3_600_000
MOST_AT_ONCE = 200
URL = "/support/{{ room }}"
WORDS = Words(
    "chat_reply",
    "{{ name | truncate(60) }} answered you",
    "{{ count | plural('new message', 'new messages') }} in your conversation with us.",
    URL,
    {"name": "Mira", "count": 2, "room": "ab12", "seq": 7},
    ({"action": "open", "title": "Read and answer", "url": URL},),
)

IS_ANSWER = sa.and_(
    Message.room_id == Participant.room_id,
    Message.stream == "p",
    Message.side == "agent",
    Message.redacted_at.is_(None),
    Message.seq > Participant.read_p,
)
# Those for whom a program speaks would see nothing of it.
IS_SHOPPER = sa.and_(
    Room.id == Participant.room_id,
    Room.owner == Participant.actor,
    ~Room.owner.startswith(EXTERNAL),
    Room.kind.in_(DESK_KINDS),
    Participant.left_at.is_(None),
)

log = logging.getLogger(__name__)


def tell_away() -> int:
    """By the clock: those who have been away for half a minute, and have not read what was said as long ago.

    What is said meanwhile is told in one; what comes after that, half a minute later. Returns how many were told. Who
    cannot be told is passed over, and must not hide those behind.
    """
    told = last = 0
    while rows := find_unread(after=last):
        here = presence.find_connected([row.actor for row in rows])
        if here is None:
            break
        now = read_now()
        for row in rows:
            try:
                told += tell_if_away(row, now, is_here=row.actor in here)
            except Exception:
                log.exception("the shopper of room %s could not be told of an answer", row.public_id)
        last = rows[-1].room_id
    return told


def find_unread(after: int) -> Sequence[Any]:
    """Shoppers with answers that they have neither read nor been told of; each room has one. By their rooms' ids."""
    mine = (Participant.room_id, Participant.actor, Participant.away_since)
    return db.session.execute(
        sa.select(
            *mine,
            Room.public_id,
            sa.func.max(Message.seq).label("seq"),
            sa.func.min(Message.created_at).label("oldest_at"),
        )
        .join(Room, IS_SHOPPER)
        .join(Message, sa.and_(IS_ANSWER, Message.seq > Participant.told_p))
        .where(Message.created_at > now_ms() - NEWS_MS, Participant.room_id > after)
        .group_by(*mine, Room.public_id)
        .order_by(Participant.room_id)
        .limit(MOST_AT_ONCE)
    ).all()


def tell_if_away(row: Any, now: int, *, is_here: bool) -> bool:
    note_away(row, is_here=is_here)
    if is_here or row.away_since is None:
        return False
    is_due = max(row.away_since, row.oldest_at) <= now - AWAY_MS
    return is_due and run_transaction(partial(tell, row))


def note_away(row: Any, *, is_here: bool) -> None:
    if is_here == (row.away_since is None):
        return
    values = {"away_since": None if is_here else now_ms()}
    run_transaction(lambda: db.session.execute(sa.update(Participant).where(is_of(row)).values(values)))


def is_of(row: Any) -> sa.ColumnElement[bool]:
    return sa.and_(Participant.room_id == row.room_id, Participant.actor == row.actor)


def tell(row: Any) -> bool:
    """Once for each answer, whoever else looks at the same time, and not of what was taken back meanwhile."""
    unread = sa.and_(is_of(row), Participant.read_p < row.seq, Participant.told_p < row.seq)
    claimed = db.session.execute(
        sa.update(Participant)
        .where(unread)
        .values(told_p=row.seq)
        .execution_options(synchronize_session=False)
    )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        return False
    names = list_names(row)
    if not names:
        return False
    facts = {"count": len(names), "name": names[-1], "room": row.public_id, "seq": row.seq}
    occasion = f"reply:{row.public_id}:{row.seq}:{row.actor}"
    notice = Notice(row.actor, WORDS.key, occasion, facts, f"room:{row.public_id}")
    return notify.notify_newest(notice) is not None


def list_names(row: Any) -> Sequence[str]:
    """Who gave each of the unread answers, the newest last."""
    return db.session.scalars(
        sa.select(Message.sender_name).join(Participant, IS_ANSWER).where(is_of(row)).order_by(Message.seq)
    ).all()


def chat_read(event: Announcement) -> None:
    public_id, subject = event.key.split(" ")
    room = queries.find_room(public_id)
    member = db.session.get(Participant, (room.id, subject), populate_existing=True) if room else None
    if member is not None and 0 < member.told_p <= member.read_p:
        run_transaction(lambda: notify.withdraw(f"room:{public_id}", subject, category=CHAT_REPLY.name))


def is_unread(about: str, facts: Mapping[str, Any]) -> bool:
    answers = sa.select(Message.id).join(Participant, IS_ANSWER).join(Room, IS_SHOPPER)
    told = answers.where(Room.public_id == about.removeprefix("room:"), Message.seq <= facts["seq"])
    return bool(db.session.scalar(sa.select(told.exists())))


def find_address(subject: str, about: str) -> str | None:
    """Guests leave theirs when nobody is there to answer."""
    room = queries.find_room(about.removeprefix("room:"))
    return room.email if room and room.owner == subject else None


CHAT_REPLY = Category(
    name="chat_reply",
    title="Answers in the chat",
    explanation="When we answer you in the chat while you are away.",
    kind="transactional",
    words=(WORDS,),
    urgency="high",
    ttl_s=3600,
    lane="now",
    bypasses_quiet=True,
    mail="fallback",
    mail_after_s=15 * 60,
    defaults=frozenset({"page", "push", "email"}),
    is_relevant=is_unread,
    find_address=find_address,
)
