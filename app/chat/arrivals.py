"""What a guest talked about becomes the account's at login."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app.chat import members, queries
from app.chat.access import Actor
from app.chat.accounts import find_account
from app.chat.desk import endings
from app.chat.models import Participant, Room
from app.core.database import db


def follow_login(_: Any, *, guest: str, owner: str) -> None:
    """In the transaction of the login.

    Nobody has two conversations at the desk: of the guest's and the account's own the account's goes on.
    """
    rooms = lock_rooms(guest)
    if not rooms:
        return
    user = find_account(owner)
    account = Actor(owner, user.name if user else "", "shopper")
    for room in rooms:
        if room.is_live and room.kind != "order" and queries.find_live_room(owner):
            endings.end(room, "merged")
        hand_over(room, guest, account)


def lock_rooms(owner: str) -> Sequence[Room]:
    """All of them before the first ends and gives its agent's slot back: agents come after rooms."""
    return db.session.scalars(
        sa.select(Room)
        .where(Room.owner == owner)
        .order_by(Room.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def hand_over(room: Room, guest: str, account: Actor) -> None:
    """The account takes the guest's place in the room, with what was read."""
    room.owner = account.subject
    members.leave(room, guest)
    members.join(room, account, "shopper")
    before = db.session.get(Participant, (room.id, guest))
    after = db.session.get(Participant, (room.id, account.subject))
    if before and after:
        after.read_p, after.delivered_p, after.told_p = before.read_p, before.delivered_p, before.told_p
