"""Rooms and what is said in them, as tests write it."""

import itertools

from app.chat import members, messages, rooms
from app.chat.access import Actor
from app.chat.lines import Draft
from app.chat.messages import Posted
from app.chat.models import Room
from app.chat.rooms import Opening
from app.core.database import run_transaction

ADA = Actor("visitor:ada", "Guest", "guest")
JUN = Actor("user:jun", "Jun", "shopper")
MIRA = Actor("user:mira", "Mira", "agent")
JONAS = Actor("user:jonas", "Jonas", "agent")
INES = Actor("user:ines", "Ines", "admin")

numbers = itertools.count(1)


def open_room(actor: Actor = ADA, **details: object) -> Room:
    """A desk room without a message; `details` as in Opening."""
    return run_transaction(lambda: rooms.open_desk_room(actor, Opening(**details)))  # type: ignore[arg-type]


def open_group(actor: Actor = MIRA, kind: str = "group", *others: Actor) -> Room:
    room = run_transaction(lambda: rooms.open_member_room(actor, kind, "Kiln day"))
    for other in others:
        run_transaction(lambda other=other: members.join(room, other, "member"))
    return room


def say(
    room: Room,
    actor: Actor,
    body: str = "Hello",
    *,
    client_id: str = "",
    stream: str = "p",
    kind: str = "text",
) -> Posted:
    draft = Draft(client_id or f"client-{next(numbers):06}", body, stream, kind)
    return run_transaction(lambda: messages.post_message(room, actor, draft))
