"""What a page with a conversation tells its script: who looks, how far each has read, what the people are called."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.chat import queries
from app.chat.access import Actor
from app.chat.desk import agents
from app.chat.models import Participant, Room


@dataclass(frozen=True)
class Thread:
    """`side` is whose bubbles are the reader's own: shopper, agent, or member where all are alike. `seen` is how far the
    others have read, of whom only the shopper counts for the desk: the `owner`, empty where everybody does.
    """

    room: str
    me: str
    side: str
    streams: tuple[str, ...]
    heads: dict[str, int]
    read: int
    seen: int
    owner: str
    names: dict[str, str]

    def channel(self, stream: str) -> str:
        return f"room:{self.room}" + (":staff" if stream == "i" else "")


def read_thread(room: Room, actor: Actor, *, streams: tuple[str, ...] = ("p",)) -> Thread:
    """For a room that the caller has got through the door with the right to these streams."""
    people = queries.list_participants(room.id)
    own = next((each for each in people if each.actor == actor.subject), None)
    is_desk = room.is_desk and actor.subject != room.owner
    counted = [each for each in people if (each.actor == room.owner if is_desk else each != own)]
    return Thread(
        room=room.public_id,
        me=actor.subject,
        side=("agent" if is_desk else "shopper") if room.is_desk else "member",
        streams=streams,
        heads={"p": room.head_p, "i": room.head_i},
        read=own.read_p if own else 0,
        seen=max((each.read_p for each in counted), default=0),
        owner=(room.owner or "") if is_desk else "",
        names=names_of(room, people),
    )


def names_of(room: Room, people: Sequence[Participant]) -> dict[str, str]:
    """Who may be seen typing: an agent who has not yet answered is in no list of people."""
    assigned = {room.assignee: agents.name_of(room.assignee)} if room.assignee else {}
    return {each.actor: each.name for each in people} | assigned
