"""The rooms that somebody may see, by pages, as programs list them."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app

from app.chat.access import Actor, as_member, at_desk
from app.chat.errors import UnknownRoom
from app.chat.models import Room
from app.core.database import db


@dataclass(frozen=True)
class RoomQuery:
    """`before` is the id of the last room of the page before; None for what is not asked."""

    kind: str | None = None
    status: str | None = None
    assignee: str | None = None
    owner: str | None = None
    before: str | None = None
    limit: int = 50


def list_rooms(actor: Actor, query: RoomQuery) -> Sequence[Room]:
    """The newest first. Raises UnknownRoom when `before` is no room that this one may see."""
    seen = sa.or_(at_desk(actor), as_member(actor), is_owner(actor))
    rooms = sa.select(Room).where(seen)
    asked = {
        Room.kind: query.kind,
        Room.status: query.status,
        Room.assignee: query.assignee,
        Room.owner: query.owner,
    }
    for column, value in asked.items():
        if value is not None:
            rooms = rooms.where(column == value)
    if query.before is not None:
        start = db.session.scalar(sa.select(Room.id).where(Room.public_id == query.before, seen))
        if start is None:
            raise UnknownRoom()
        rooms = rooms.where(Room.id < start)
    return db.session.scalars(rooms.order_by(Room.id.desc()).limit(query.limit)).all()


def is_owner(actor: Actor) -> sa.ColumnElement[bool]:
    """Without history a shopper is told of no conversation that is over for good."""
    own = Room.owner == actor.subject
    return own if current_app.config["SETTINGS"].CHAT_ENABLE_HISTORY else own & (Room.status != "closed")
