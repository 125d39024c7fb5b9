"""What the desk's pages are told: a room that was queued, assigned or let go of, an agent who came or went, an alarm."""

from app.chat.models import Room
from app.core import outbox

# Key: what happened, to whom, and the version of it that was written.
DESK_NEWS = "chat_desk"
# One key for all: how long the line is and who stands where is told once for many changes.
PLACES = "chat_places"


def announce_room(room: Room, event: str, **facts: str) -> None:
    """`event`: queued, assigned, freed, alert. Inside the transaction of what it tells of."""
    outbox.announce(
        DESK_NEWS, f"{event} {room.public_id} {room.version}", room=room.id, event=event, facts=facts
    )
    if event != "alert":
        announce_places()


def announce_places() -> None:
    outbox.announce(PLACES, "all")


def announce_agent(subject: str) -> None:
    outbox.announce(DESK_NEWS, f"agent {subject}", event="agent", agent=subject)
