"""Groups and the staff's own rooms: which somebody is in, who else is, and who may still be invited."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.chat import lines, members, queries
from app.chat.access import Actor, Right, as_member, find_participant, get_room_for
from app.chat.accounts import find_account
from app.chat.console.inbox_rows import line_of
from app.chat.errors import UnknownMember, UnknownRoom
from app.chat.models import Message, Participant, Room
from app.core.database import db
from app.security.models import User

MOST = 100
STAFF_ROLES = ("agent", "staff", "admin")


@dataclass(frozen=True)
class MemberRoom:
    id: str
    kind: str
    subject: str
    people: int
    last_line: str
    last_at: int
    unread: int

    @property
    def path(self) -> str:
        return f"/staff/rooms/{self.id}"


def list_member_rooms(actor: Actor) -> list[MemberRoom]:
    """The ones in which something was said last come first."""
    newest = (
        sa.select(Message.id)
        .where(Message.room_id == Room.id, Message.stream == "p")
        .order_by(Message.seq.desc())
        .limit(1)
        .correlate(Room)
        .scalar_subquery()
    )
    own = (Participant.room_id == Room.id) & (Participant.actor == actor.subject)
    found = db.session.execute(
        sa.select(Room, Message, Participant.read_p)
        .join(Participant, own)
        .outerjoin(Message, Message.id == newest)
        .where(as_member(actor))
        .order_by(sa.func.coalesce(Message.created_at, Room.opened_at).desc())
        .limit(MOST)
    ).all()
    return [make(actor, room, last, read) for room, last, read in found]


def make(actor: Actor, room: Room, last: Message | None, read: int) -> MemberRoom:
    return MemberRoom(
        id=room.public_id,
        kind=room.kind,
        subject=room.subject,
        people=room.participant_count,
        last_line=f"{last.sender_name}: {line_of(last)}" if last else "Nothing said yet",
        last_at=last.created_at if last else room.opened_at,
        unread=queries.count_unread(room.id, actor.subject, read),
    )


def list_invitable(room: Room) -> Sequence[User]:
    """The staff who are not in the room yet; shoppers come into groups by other ways."""
    inside = [member.actor.removeprefix("user:") for member in queries.list_participants(room.id)]
    return db.session.scalars(
        sa.select(User)
        .where(User.role.in_(STAFF_ROLES), User.disabled_at.is_(None), User.public_id.not_in(inside))
        .order_by(User.name)
        .limit(MOST)
    ).all()


def get_member_room(actor: Actor, public_id: str, right: Right) -> Room:
    """Raises UnknownRoom, also for conversations of the desk, and Forbidden."""
    room = get_room_for(actor, public_id, right)
    if room.is_desk:
        raise UnknownRoom("A conversation of the desk has no members: claim it, or hand it over")
    return room


def invite(room: Room, actor: Actor, subject: str) -> str:
    """Inside the running transaction; answers who it is. Shoppers come into groups only. Raises UnknownMember, RoomFull."""
    user = find_account(subject)
    if user is None or user.disabled_at is not None or not (user.is_staff or room.kind == "group"):
        raise UnknownMember()
    queries.lock_room(room)
    if find_participant(room.id, subject) is None:
        members.join(room, Actor(subject, user.name, user.role), "member")
        key = f"invited-{user.public_id}-{room.head_p}"
        lines.say(room, "system", key, f"{actor.name} invited {user.name}.")
    return user.name


def leave(room: Room, actor: Actor, subject: str) -> None:
    """Inside the running transaction: somebody goes, or is taken out. Raises UnknownMember.

    The last one turns off the light: the room stays, and nobody reads it.
    """
    queries.lock_room(room)
    member = find_participant(room.id, subject)
    if member is None or not members.leave(room, subject):
        raise UnknownMember()
    what = f"{member.name} left." if subject == actor.subject else f"{actor.name} took {member.name} out."
    lines.say(room, "system", f"left-{subject[-12:]}-{room.head_p}", what)
