"""Which of the staff have a conversation open: leases that their pages renew, told on the staff's channel when they change.

None of it is stored: with Redis away nobody is seen to look, and nothing else changes.
"""

from typing import Any

from flask import current_app

from app.chat.access import Actor
from app.chat.models import Room
from app.core.clock import now_ms
from app.core.redis import RedisDown
from app.realtime.publish import Message, publish

LEASE_MS = 45_000
LOOKING = "looking"


def look(room: Room, actor: Actor) -> list[dict[str, str]]:
    """Renew this one's lease; answers who has the room open, in no order."""
    return renew(room, actor, lambda pipe, key, member: pipe.zadd(key, {member: now_ms() + LEASE_MS}))


def look_away(room: Room, actor: Actor) -> list[dict[str, str]]:
    return renew(room, actor, lambda pipe, key, member: pipe.zrem(key, member))


def renew(room: Room, actor: Actor, write: Any) -> list[dict[str, str]]:
    key, member = f"chat:looking:{room.public_id}", f"{actor.subject} {actor.name}"

    def run(client: Any) -> tuple[int, int, list[bytes]]:
        pipe = client.pipeline(transaction=True)
        pipe.zremrangebyscore(key, "-inf", now_ms())
        write(pipe, key, member)
        pipe.zrange(key, 0, -1)
        pipe.pexpire(key, LEASE_MS)
        ended, changed, members, _ = pipe.execute()
        return ended, changed, members

    try:
        ended, changed, members = current_app.extensions["redis"].call(run)
        people = [person(member) for member in members]
        if ended or changed:
            tell(room, people)
    except RedisDown:
        return []
    return people


def tell(room: Room, people: list[dict[str, str]]) -> None:
    data = {"room": room.public_id, "people": people}
    publish(Message(f"room:{room.public_id}:staff", LOOKING, now_ms(), data))


def person(member: bytes) -> dict[str, str]:
    subject, _, name = member.decode().partition(" ")
    return {"subject": subject, "name": name}
