"""Conversations for the rigs: rooms with a shopper and an agent each, whose cookies and tokens are made, not asked for."""

import itertools
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Flask, g, session
from flask_wtf.csrf import generate_csrf

from app.chat import members, messages, rooms
from app.chat.access import Actor
from app.chat.lines import Draft
from app.chat.models import Agent, Message, Room
from app.chat.rooms import Opening
from app.core.database import db, read_now, transaction
from app.realtime.tokens import sign_connection, sign_subscription
from app.security.models import LoginSession, User
from app.security.sessions import cookie_name, hash_id
from bench.http_load import Request

LIFETIME_S = 3600
CHUNK = 5000

numbers = itertools.count(1)


@dataclass(frozen=True)
class Person:
    """Somebody with a browser: `cookies` and `csrf` as it sends them."""

    actor: Actor
    cookies: str
    csrf: str
    secret: str
    session_key: str = ""

    def rights(self, *channels: str) -> dict[str, str]:
        """Tokens for these channels and, under "", for the connection."""
        subject, key = self.actor.subject, self.session_key
        tokens = {name: sign_subscription(self.secret, name, subject, key, LIFETIME_S) for name in channels}
        return {"": sign_connection(self.secret, subject, key, LIFETIME_S), **tokens}

    def headers(self) -> dict[str, str]:
        return {
            "Cookie": self.cookies,
            "X-CSRFToken": self.csrf,
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
        }

    def post(self, path: str, **fields: str) -> Request:
        return Request("POST", path, self.headers(), urlencode(fields).encode())


@dataclass(frozen=True)
class Talk:
    """One conversation that is going on."""

    room: str
    shopper: Person
    agent: Person


def hold_talks(app: Flask, count: int) -> list[Talk]:
    """Open conversations, each with an agent of its own."""
    return [hold_talk(app) for _ in range(count)]


def hold_talk(app: Flask) -> Talk:
    shopper, agent = make_shopper(app), make_agent(app)
    with transaction():
        room = rooms.open_desk_room(shopper.actor, Opening(name="Ada"))
        members.join(room, agent.actor, "agent")
        room.status, room.assignee, room.slot_until = "open", agent.actor.subject, None
        room.first_shopper_at = room.last_shopper_at = room.assigned_at = room.first_reply_at = read_now()
        db.session.add(make_seat(agent, 4, open_count=1))
        public_id = room.public_id
    return Talk(public_id, shopper, agent)


def make_seat(agent: Person, capacity: int, **values: Any) -> Agent:
    """At the desk, as long as their console listens to `agents`."""
    now = read_now()
    return Agent(
        agent=agent.actor.subject,
        name="Mira",
        chosen_status="online",
        capacity=capacity,
        lease_until=now + LIFETIME_S * 1000,
        active_at=now,
        **values,
    )


def make_shopper(app: Flask) -> Person:
    visitor = secrets.token_hex(8)
    cookie, csrf = sign_cookie(app, visitor)
    return Person(Actor(f"visitor:{visitor}", "Ada", "guest"), cookie, csrf, app.config["SECRET_KEY"])


def make_agent(app: Flask) -> Person:
    """Signed in without the cost of a password, which is not what is measured."""
    sid, number = secrets.token_urlsafe(32), next(numbers)
    now = read_now()
    with transaction():
        user = User(
            email=f"agent{number}@example.test", name="Mira", role="agent", password_hash="", created_at=now
        )
        db.session.add(user)
        db.session.flush()
        expires_at = now + LIFETIME_S * 1000
        db.session.add(
            LoginSession(
                id_hash=hash_id(sid),
                user_id=user.id,
                created_at=now,
                expires_at=expires_at,
                ip="",
                user_agent="",
            )
        )
        subject = f"user:{user.public_id}"
    cookie, csrf = sign_cookie(app, secrets.token_hex(8))
    cookies = f"{cookie}; {cookie_name()}={sid}"
    return Person(Actor(subject, "Mira", "agent"), cookies, csrf, app.config["SECRET_KEY"], hash_id(sid))


def sign_cookie(app: Flask, visitor: str) -> tuple[str, str]:
    """The visitor's cookie, and a CSRF token that goes with it."""
    with app.test_request_context():
        session["visitor"] = visitor
        session.permanent = True
        g.pop("csrf_token", None)  # the one before it: all share the rig's application context
        csrf = generate_csrf()
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        return f"{app.config['SESSION_COOKIE_NAME']}={serializer.dumps(dict(session))}", csrf


def fill_log(public_id: str, count: int) -> None:
    """Let the agent say that many things, each with its entry in the log."""
    room = db.session.query(Room).filter_by(public_id=public_id).one()
    agent = Actor(str(room.assignee), "Mira", "agent")
    for number in range(count):
        with transaction():
            messages.post_message(room, agent, Draft(f"filler-{number:07}", f"Line {number}"))


def fill_room(public_id: str, count: int) -> None:
    """Put that many messages into a room, as rows and without their events."""
    room = db.session.query(Room).filter_by(public_id=public_id).one()
    now = read_now()
    rows: list[dict[str, Any]] = [
        {
            "room_id": room.id,
            "stream": "p",
            "seq": seq,
            "sender": room.owner,
            "sender_name": "Ada",
            "side": "shopper",
            "client_id": f"filler-{seq:07}",
            "body_hash": "",
            "kind": "text",
            "body": f"Message {seq} of many, of a common length for a chat.",
            "payload": {},
            "filter_result": "",
            "created_at": now - (count - seq) * 1000,
        }
        for seq in range(room.head_p + 1, room.head_p + 1 + count)
    ]
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        with transaction():
            db.session.execute(sa.insert(Message), chunk)
            room.head_p = chunk[-1]["seq"]
