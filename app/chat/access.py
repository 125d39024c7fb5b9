"""The only door from a room's id to the room, for pages, sockets, files, search and export alike.

| kind           | read and post                                 | notes            | invite        |
|----------------|-----------------------------------------------|------------------|---------------|
| support, sales | its shopper, agents of its department, admins | the agents among | assignee      |
| order          | its shopper, agents, staff                    | agents, staff    | agents, staff |
| group          | members                                       | nobody           | its owner     |
| internal       | members who are staff                         | nobody           | members       |

Admins supervise: they may do all that agents may, in every room of the desk, but not in rooms that are others' own.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import sqlalchemy as sa
from flask import request

from app.chat.errors import UnknownRoom
from app.chat.models import AgentDepartment, Participant, Room
from app.chat.models.room import DESK_KINDS
from app.core.database import db
from app.core.errors import Forbidden
from app.security import access
from app.security.access import current_caller, current_user, require_scope
from app.security.threats import signals

Right = Literal["read", "post", "notes", "invite"]
SUPERVISORS = ("admin", "program")
STAFF = ("agent", "staff", *SUPERVISORS)
# Before the names of those whom a program speaks for. They have no account and no socket here.
EXTERNAL = "ext:"


@dataclass(frozen=True)
class Actor:
    """Who does something in a room. `departments` are those of an agent, read when a right hangs on them."""

    subject: str
    name: str
    role: str

    @cached_property
    def departments(self) -> frozenset[int]:
        mine = sa.select(AgentDepartment.department_id).where(AgentDepartment.agent == self.subject)
        return frozenset(db.session.scalars(mine)) if self.role == "agent" else frozenset()

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF

    @property
    def is_supervisor(self) -> bool:
        return self.role in SUPERVISORS


SYSTEM = Actor("system", "Liveshelf", "program")


def current_actor() -> Actor:
    """Whoever sends the running request: an account, a visitor, or a program whose token is for the chat."""
    user = current_user()
    if user:
        subject = f"user:{user.public_id}"
        return Actor(subject, user.name, user.role)
    if current_caller().role == "program":
        writes = request.method not in ("GET", "HEAD")
        caller = require_scope("chat:write" if writes else "chat:read")
        return Actor(caller.name, caller.name, "program")
    return Actor(access.subject(), "Guest", "guest")


def get_room_for(actor: Actor, public_id: str, right: Right = "read") -> Room:
    """Raises UnknownRoom for whoever may not read the room, Forbidden for a right that a reader lacks."""
    room = get_room(public_id)
    try:
        check_right(actor, room, right)
    except UnknownRoom:
        signals.note("foreign_object", f"room:{public_id}")
        raise
    return room


def get_room(public_id: str) -> Room:
    """Whoever asks. Raises UnknownRoom."""
    room = db.session.scalar(sa.select(Room).where(Room.public_id == public_id))
    if room is None:
        raise UnknownRoom()
    return room


def get_stream_for(actor: Actor, public_id: str, stream: str, right: Right = "read") -> Room:
    """The same for one stream of the room: the notes have a right of their own. Raises as `get_room_for`."""
    return get_room_for(actor, public_id, right_to(stream, right))


def right_to(stream: str, right: Right = "read") -> Right:
    """What reading or writing this stream takes."""
    return "notes" if stream == "i" else right


def check_right(actor: Actor, room: Room, right: Right) -> None:
    """Raises as `get_room_for`."""
    rights = rights_of(actor, room)
    if "read" not in rights:
        raise UnknownRoom()
    if right not in rights:
        raise Forbidden("You may not do this in this conversation")


def rights_of(actor: Actor, room: Room) -> frozenset[Right]:
    """What the table above grants, from the room and the caller alone and, for rooms with members, their list."""
    if room.is_desk:
        return desk_rights(actor, room)
    member = find_participant(room.id, actor.subject)
    if member is None or (room.kind == "internal" and not actor.is_staff):
        return frozenset()
    invites = room.kind == "internal" or member.role == "owner"
    return frozenset({"read", "post", "invite"} if invites else {"read", "post"})


def desk_rights(actor: Actor, room: Room) -> frozenset[Right]:
    if actor.is_supervisor or (actor.role == "agent" and actor.subject == room.assignee):
        return frozenset({"read", "post", "notes", "invite"})
    if is_of_desk(actor, room):
        return frozenset({"read", "post", "notes", *(("invite",) if room.kind == "order" else ())})
    if actor.subject == room.owner:
        return frozenset({"read", "post"})
    return frozenset()


def is_of_desk(actor: Actor, room: Room) -> bool:
    if room.kind == "order":
        return actor.is_staff
    return actor.role == "agent" and (room.department_id is None or room.department_id in actor.departments)


def at_desk(actor: Actor) -> sa.ColumnElement[bool]:
    """The rooms that the first two lines of the table open to this member of the desk, notes and all, as a condition."""
    if actor.is_supervisor:
        return Room.kind.in_(DESK_KINDS)
    theirs: sa.ColumnElement[bool] = Room.kind == "order" if actor.is_staff else sa.false()
    if actor.role == "agent":
        near = Room.department_id.is_(None) | Room.department_id.in_(actor.departments)
        theirs |= Room.kind.in_(("support", "sales")) & (near | (Room.assignee == actor.subject))
    return theirs


def as_member(actor: Actor) -> sa.ColumnElement[bool]:
    """The rooms with members that this one is in, as a condition."""
    kinds = ("group", "internal") if actor.is_staff else ("group",)
    inside = sa.select(Participant.room_id).where(
        Participant.actor == actor.subject, Participant.left_at.is_(None)
    )
    return Room.kind.in_(kinds) & Room.id.in_(inside)


def find_participant(room_id: int, subject: str) -> Participant | None:
    """Somebody who is in the room now."""
    member = db.session.get(Participant, (room_id, subject))
    return member if member and member.left_at is None else None


def may_listen(channel: str) -> bool:
    """The sockets' rule for `room:<id>` and `room:<id>:staff`.

    A no counts against nobody: a console whose login has ended asks for all of its rooms at once.
    """
    _, public_id, *rest = channel.split(":")
    try:
        check_right(current_actor(), get_room(public_id), right_to("i" if rest == ["staff"] else "p"))
    except (UnknownRoom, Forbidden):
        return False
    return True
