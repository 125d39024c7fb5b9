"""What every page of the shop tells about the shopper's conversation: whether there is one, and what is unread in it."""

from dataclasses import dataclass

from app.chat import queries
from app.chat.access import find_participant
from app.realtime.pages import sign
from app.realtime.positions import note_positions, position_of


@dataclass(frozen=True)
class Talk:
    room: str
    me: str
    unread: int
    head: int
    position: str
    token: str


def find_talk(owner: str) -> Talk | None:
    """Of the conversation that the panel would show; nothing when there is none to be followed."""
    room = queries.find_current_room(owner)
    if room is None:
        return None
    channel = f"room:{room.public_id}"
    note_positions(channel)
    member = find_participant(room.id, owner)
    unread = queries.count_unread(room.id, owner, member.read_p) if member else 0
    return Talk(room.public_id, owner, unread, room.head_p, position_of(channel), sign(channel))
