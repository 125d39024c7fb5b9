"""What a guest talked about becomes the account's at login."""

from typing import Any

import sqlalchemy as sa

from app.chat import members, queries
from app.chat.access import Actor
from app.chat.desk import endings
from app.chat.models import Participant, Room
from app.core.database import db
from app.security.models import User


def follow_login(_: Any, *, guest: str, owner: str) -> None:
    """In the transaction of the login.

    Nobody has two conversations at the desk: of the guest's and the account's own the account's goes on.
    """
    rooms = db.session.scalars(sa.select(Room).where(Room.owner == guest).order_by(Room.id)).all()
    if not rooms:
        return
    name = db.session.scalar(sa.select(User.name).where(User.public_id == owner.removeprefix("user:")))
    account = Actor(owner, name or "", "shopper")
    for room in rooms:
        queries.lock_room(room)
        if room.is_live and room.kind != "order" and queries.find_live_room(owner):
            endings.end(room, "merged")
        hand_over(room, guest, account)


def hand_over(room: Room, guest: str, account: Actor) -> None:
    """The account takes the guest's place in the room, with what was read."""
    room.owner = account.subject
    members.leave(room, guest)
    members.join(room, account, "shopper")
    before = db.session.get(Participant, (room.id, guest))
    after = db.session.get(Participant, (room.id, account.subject))
    if before and after:
        after.read_p, after.delivered_p = before.read_p, before.delivered_p
