"""Opening rooms."""

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from app.chat import log, members, queries
from app.chat.access import Actor
from app.chat.errors import UnknownRoom
from app.chat.models import Room
from app.core.database import db, read_now


@dataclass(frozen=True)
class Opening:
    """What a shopper tells before the first message. `page` is the path of the page they are on."""

    kind: str = "support"
    name: str = ""
    email: str = ""
    subject: str = ""
    page: str = ""
    department_id: int | None = None
    order_id: int | None = None


def open_desk_room(actor: Actor, opening: Opening) -> Room:
    """The shopper's live conversation, or a new one, inside the running transaction.

    It waits as `offline` until its first message puts it into the queue (`turns.take_turn`).
    """
    if live := find_live_room(actor.subject, opening):
        return live
    room = new_room(opening.kind, opening, owner=actor.subject)
    try:
        with db.session.begin_nested():
            db.session.add(room)
    except IntegrityError:  # another tab opened it in the same moment
        live = find_live_room(actor.subject, opening)
        if live is None:
            raise UnknownRoom() from None
        return live
    members.join(room, actor, "shopper")
    return room


def find_live_room(owner: str, opening: Opening) -> Room | None:
    if opening.kind == "order":
        return queries.find_order_room(owner, opening.order_id or 0)
    return queries.find_live_room(owner)


def open_member_room(actor: Actor, kind: str, subject: str) -> Room:
    """A group, or a room of the staff's own; whoever opens it is its owner."""
    room = new_room(kind, Opening(subject=subject), owner=None)
    room.status = "open"
    db.session.add(room)
    db.session.flush()
    members.join(room, actor, "owner")
    log.append(room, "p", "status", status="open")
    return room


def new_room(kind: str, opening: Opening, owner: str | None) -> Room:
    return Room(
        kind=kind,
        status="offline",
        owner=owner,
        name=opening.name,
        email=opening.email,
        subject=opening.subject,
        page=opening.page,
        department_id=opening.department_id,
        order_id=opening.order_id,
        opened_at=read_now(),
        slot_until=0,
        excluded=[],
    )
