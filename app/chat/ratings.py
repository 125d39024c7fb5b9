"""What a shopper says of a conversation that is over: once for each, and changeable."""

from app.chat import queries
from app.chat.access import Actor
from app.chat.errors import RoomNotOver
from app.chat.models import Rating, Room
from app.core.database import db, read_now
from app.core.errors import Forbidden

OVER = ("resolved", "closed")


def rate_room(room: Room, actor: Actor, score: int, comment: str) -> Rating:
    """Inside the running transaction. Raises Forbidden for all but the room's shopper, RoomNotOver."""
    if actor.subject != room.owner:
        raise Forbidden("Only the shopper of a conversation may rate it")
    queries.lock_room(room)
    if room.status not in OVER:
        raise RoomNotOver()
    rating = db.session.get(Rating, room.id) or Rating(room_id=room.id)
    rating.score, rating.comment = score, comment
    # The day's figures have it once, however often it is changed.
    rating.agent, rating.created_at = queries.find_last_agent(room), rating.created_at or read_now()
    db.session.add(rating)
    return rating
