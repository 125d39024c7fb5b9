"""The desk of the demo: who answers, for which departments, what they say again and again, and some conversations."""

import itertools
from dataclasses import dataclass

import sqlalchemy as sa

from app.chat import members, messages, rooms
from app.chat.access import Actor
from app.chat.console import canned
from app.chat.desk import agents, assignment, endings
from app.chat.lines import Draft
from app.chat.models import Department, Message, Participant, Room, RoomEvent
from app.chat.rooms import Opening
from app.chat.shelf import quotes
from app.core.database import db
from app.security.models import User

DEPARTMENTS = ("Shop floor", "Studio")
# By the first name of the account.
DESK = {"Mira": DEPARTMENTS, "Jonas": ("Studio",), "Inês": DEPARTMENTS}
CANNED = {
    "hello": "Hello {{name}}, {{agent}} here. How can I help?",
    "stock": "The large Harbour vase in cobalt is {{stock:VAS-HAR-L-COB}}, at {{price:VAS-HAR-L-COB}}.",
    "order": "Your last order is {{order}}. I will look where it is.",
    "kiln": "We fire on Fridays. What comes out is on the shelf by Saturday noon.",
    "returns": "You have 30 days to change your mind, and what breaks on the way is replaced. Keep the box if you can.",
    "thanks": "Thank you for writing. If anything else comes up, just write here again.",
}
MINUTE_MS = 60_000


@dataclass(frozen=True)
class Talk:
    """One conversation, `ago` minutes old. A line is who (s, a; n for a note) and what; a SKU alone is a card of it."""

    shopper: str
    agent: str
    department: str
    subject: str
    page: str
    ago: int
    lines: tuple[tuple[str, str], ...]
    end: str = ""


TALKS = (
    Talk(
        "Nora Lindqvist", "Mira", "Shop floor", "Large Harbour vase", "/products/harbour-vase", 42,
        (
            ("s", "Hello! Is the large Harbour vase in cobalt really down to three?"),
            ("a", "Hello Nora, yes: three on the shelf and the next ones not before Friday's firing."),
            ("a", "VAS-HAR-L-COB"),
            ("n", "Asked Jonas: two of the three have a darker rim."),
            ("s", "Lovely. Could it stand outside in winter?"),
            ("a", "It is stoneware, so frost is fine as long as no water freezes in it."),
        ),
    ),
    Talk(
        "Henrik Aalto", "Jonas", "Studio", "Kelda amphora", "/products/kelda-amphora", 180,
        (
            ("s", "The Kelda amphora has been sold out for weeks. Will you make it again?"),
            ("a", "One is drying now. I will tell you as soon as it is out of the kiln."),
            ("n", "In the second firing, shelf 2."),
        ),
        end="restock:VAS-KEL-TEN",
    ),
    Talk(
        "Priya Raman", "Mira", "Shop floor", "Chipped mug", "/orders", 1500,
        (
            ("s", "One of the Quay mugs came with a chip on the foot."),
            ("a", "I am sorry. A new one leaves the studio today; keep the other one, it still holds tea."),
            ("s", "That is kind, thank you!"),
        ),
        end="resolved",
    ),
)  # fmt: skip
LEFT = (
    Talk(
        "Tom Okoro", "", "Studio", "Tide moon jar", "/products/tide-moon-jar", 95,
        (
            ("s", "Could you make the Tide moon jar in rust? I would need it in March."),
            ("s", "About the size of TID-L, a little taller if that is possible."),
        ),
    ),
    Talk(
        "Lea Fontaine", "", "Shop floor", "", "/products/pharos-lamp", 30,
        (("s", "Does the Pharos lamp come with a British plug?"),),
    ),
)  # fmt: skip
NEWS = (
    ("Jonas", "Kiln 2 is down to cone 6 until Thursday. No ash glaze before that."),
    ("Mira", "Then I say “not before Friday” for VAS-GIR-SLA and LIG-LAN-L-MOS."),
    ("Inês", "Good. I have moved their dates."),
)
numbers = itertools.count(1)


def fill_desk() -> None:
    """Call inside transaction()."""
    places = add_departments()
    crew = {name: add_agent(name, places) for name in DESK}
    for shortcut, body in CANNED.items():
        canned.add_canned(shortcut, body, crew["Inês"])
    for name in DESK:
        agents.set_status(crew[name].subject, "online")
    for talk in TALKS:
        hold_talk(talk, crew, places)
    for name in DESK:
        agents.set_status(crew[name].subject, "offline")
    for talk in LEFT:
        hold_talk(talk, crew, places)
    add_news(crew)


def add_departments() -> dict[str, int]:
    rows = [Department(name=name, position=position) for position, name in enumerate(DEPARTMENTS)]
    db.session.add_all(rows)
    db.session.flush()
    return {row.name: row.id for row in rows}


def add_agent(name: str, places: dict[str, int]) -> Actor:
    user = db.session.scalars(sa.select(User).where(User.name.startswith(f"{name} "))).one()
    subject = f"user:{user.public_id}"
    agents.enrol_agent(user)
    agents.set_departments(subject, [places[each] for each in DESK[name]])
    return Actor(subject, user.name, user.role)


def hold_talk(talk: Talk, crew: dict[str, Actor], places: dict[str, int]) -> None:
    shopper = Actor(f"visitor:demo{next(numbers):04}", "Guest", "guest")
    email = f"{talk.shopper.split()[0].lower()}@kilnmark.example"
    opening = Opening(
        name=talk.shopper,
        email=email,
        subject=talk.subject,
        page=talk.page,
        department_id=places[talk.department],
    )
    room = rooms.open_desk_room(shopper, opening)
    (_, first), *more = talk.lines
    say(room, shopper, first)
    if talk.agent:
        assignment.claim_room(room, crew[talk.agent])
    for who, what in more:
        say(room, shopper if who == "s" else crew[talk.agent], what, "i" if who == "n" else "p")
    if talk.end == "resolved":
        endings.resolve_room(room, crew[talk.agent])
    elif talk.end:
        endings.hold_room(room, crew[talk.agent], talk.end)
    move_back(room, talk.ago)


def say(room: Room, actor: Actor, what: str, stream: str = "p") -> None:
    client_id = f"demo-{next(numbers):06}"
    if actor.is_staff and what.isupper():
        quotes.quote_card(room, actor, what, client_id)
    else:
        messages.post_message(room, actor, Draft(client_id, what, stream))


def add_news(crew: dict[str, Actor]) -> None:
    room = rooms.open_member_room(crew["Jonas"], "internal", "Kiln week")
    for name in ("Mira", "Inês"):
        members.join(room, crew[name], "member")
    for name, words in NEWS:
        say(room, crew[name], words)
    move_back(room, 240)


def move_back(room: Room, minutes: int) -> None:
    """As if it had been said then: a minute between one line and the next, the first `minutes` ago."""
    db.session.flush()
    db.session.refresh(room)
    back = minutes * MINUTE_MS
    entries = db.session.scalars(
        sa.select(RoomEvent).where(RoomEvent.room_id == room.id).order_by(RoomEvent.id)
    )
    for place, entry in enumerate(entries.all()):
        entry.created_at += place * MINUTE_MS - back
        if entry.message_id:
            db.session.get_one(Message, entry.message_id).created_at = entry.created_at
    db.session.flush()
    for_all = {"read_p": room.head_p, "delivered_p": room.head_p, "read_i": room.head_i}
    read = sa.update(Participant).where(Participant.room_id == room.id).values(for_all)
    db.session.execute(read.execution_options(synchronize_session=False))
    said = sa.select(sa.func.max(Message.created_at)).where(Message.room_id == room.id)
    last = {
        side: db.session.scalar(said.where(Message.side == side, Message.stream == "p"))
        for side in ("shopper", "agent")
    }
    room.opened_at -= back
    room.last_shopper_at, room.last_agent_at = last["shopper"], last["agent"]
    for name in ("first_shopper_at", "first_reply_at", "queued_at", "assigned_at", "resolved_at"):
        value = getattr(room, name)
        setattr(room, name, value - back if value is not None else None)
    db.session.flush()
