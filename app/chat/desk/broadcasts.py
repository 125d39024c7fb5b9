"""What agents' consoles are told of the queue, and waiting shoppers of their place in it."""

from typing import Any

from flask import current_app

from app.chat import queries
from app.chat.desk import waiting
from app.chat.desk.agents import find_agent, presence_of
from app.chat.desk.waiting import Waiting
from app.chat.models import Room
from app.core import outbox
from app.core.clock import now_ms
from app.core.database import db, read_now
from app.realtime.publish import Message, publish, publish_all

# Redis: what waiting shoppers were told last, by room, whichever process told it.
TOLD_KEY = "chat:places"
TOLD_KEPT_S = 3600


def desk_changed(event: outbox.Announcement) -> None:
    told = event.payload
    data = agent_data(told["agent"]) if told["event"] == "agent" else room_data(told["room"], told["facts"])
    if data:
        publish(Message("queue", told["event"], now_ms(), data))


def agent_data(subject: str) -> dict[str, Any] | None:
    agent = find_agent(subject)
    if agent is None:
        return None
    return {
        "agent": subject,
        "name": agent.name,
        "status": presence_of(agent, read_now()),
        "open": agent.open_count,
        "capacity": agent.capacity,
    }


def room_data(room_id: int, facts: dict[str, str]) -> dict[str, Any] | None:
    room = db.session.get(Room, room_id, populate_existing=True)
    if room is None:
        return None  # purged since
    return {
        "room": room.public_id,
        "status": room.status,
        "assignee": room.assignee,
        "department": room.department_id,
        "waiting": queries.count_queued(),
        **facts,
    }


def places_changed(event: outbox.Announcement) -> None:
    """To those whose place is not what they were told: a room's history is there for what is said in it."""
    redis = current_app.extensions["redis"]
    known = redis.call(lambda client: client.hgetall(TOLD_KEY))
    line = waiting.list_waiting()
    news = [each for each in line if known.get(each.public_id.encode()) != told_of(each)]
    if news:
        publish_all([place_message(each) for each in news])
    if news or len(known) != len(line):
        redis.call(lambda client: remember(client, line))


def place_message(each: Waiting) -> Message:
    data = {"room": each.public_id, "position": each.position, "waiting": each.of}
    return Message(f"room:{each.public_id}", "place", now_ms(), data)


def remember(client: Any, line: list[Waiting]) -> None:
    pipe = client.pipeline(transaction=True)
    pipe.delete(TOLD_KEY)
    if line:
        pipe.hset(TOLD_KEY, mapping={each.public_id: told_of(each) for each in line})
        pipe.expire(TOLD_KEY, TOLD_KEPT_S)
    pipe.execute()


def told_of(each: Waiting) -> bytes:
    return f"{each.position}/{each.of}".encode()
