"""How a shopper's conversation stands, in the shopper's terms: who has it, how long it waits, when somebody is back."""

from dataclasses import dataclass
from datetime import datetime

from app.chat.desk import agents, hours, queueing, waiting
from app.chat.desk.waiting import Place
from app.chat.models import Rating, Room
from app.chat.models.room import LIVE
from app.core.clock import from_ms
from app.core.database import db, read_now


@dataclass(frozen=True)
class Standing:
    """`back_at` is when the desk opens next, while nobody is there."""

    status: str
    agent: str
    place: Place | None
    back_at: datetime | None
    rating: Rating | None

    @property
    def can_end(self) -> bool:
        return self.status in LIVE

    @property
    def asks_rating(self) -> bool:
        return self.status in ("resolved", "closed")


def read_standing(room: Room) -> Standing:
    return Standing(
        status=room.status,
        agent=agents.name_of(room.assignee),
        place=waiting.place_of(room) if room.status == "queued" else None,
        back_at=find_return() if room.status == "offline" else None,
        rating=db.session.get(Rating, room.id),
    )


def is_staffed(department_id: int | None = None) -> bool:
    return queueing.is_staffed(department_id, read_now())


def find_return() -> datetime | None:
    """When the desk opens; nothing while it is open and just nobody is there, since nobody knows then."""
    now = read_now()
    opens = hours.next_opening(now)
    return from_ms(opens) if opens and opens > now else None
