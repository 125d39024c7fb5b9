"""What a room's pages are told: each entry of its log, and how far the others have read."""

from app.chat import bubbles, queries
from app.chat.models import Message as Line
from app.chat.models import Room, RoomEvent
from app.core import outbox
from app.core.clock import now_ms
from app.core.fragments import render
from app.realtime.pages import language
from app.realtime.publish import Message, publish, publish_all


def chat_events(events: list[outbox.Announcement]) -> None:
    """Twice or out of order does no harm: clients go by `seq`, and what it shows is what is true now."""
    places = [(event.payload["room"], event.payload["stream"], event.payload["seq"]) for event in events]
    publish_all([tell(*found) for found in queries.list_entries(places)])


def tell(room: Room, entry: RoomEvent, message: Line | None) -> Message:
    shown = bubbles.make_bubbles(room, [message]) if message else []
    told = bubbles.tell_event(room, entry, shown[0] if shown else None)
    content = {language(): render("chat/_message.html", message=told.bubble)} if told.bubble else None
    return Message(channel_of(room, entry.stream), told.type, told.at, told.data, content)


def chat_read(event: outbox.Announcement) -> None:
    public_id, subject = event.key.split(" ")
    data = {"room": public_id, "reader": subject, "read": event.version}
    publish(Message(f"room:{public_id}", "read", now_ms(), data))


def channel_of(room: Room, stream: str) -> str:
    return f"room:{room.public_id}" + (":staff" if stream == "i" else "")
