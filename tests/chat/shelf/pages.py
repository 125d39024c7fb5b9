"""Browsers of agents and shoppers, and a conversation about a cup, for tests of pages."""

import sqlalchemy as sa

from app.chat.access import Actor
from app.chat.desk import agents
from app.chat.models import ChatHold, Message
from app.chat.shelf import holds as chat_holds
from app.core.database import db, run_transaction
from tests.chat.talking import MIRA
from tests.factories import make_user
from tests.security.test_login import csrf_of, sign_in


def come_in(app, role, name):
    """Somebody who is signed in, with their browser."""
    user = make_user(role, email=f"{name.lower()}@example.test", name=name)
    if role == "agent":
        run_transaction(lambda: agents.enrol_agent(user))
    client = app.test_client()
    sign_in(client, user.email)
    return client, Actor(f"user:{user.public_id}", name, role)


def path(room, *parts):
    return "/".join(["/staff/chat/rooms", room.public_id, *parts])


def post(client, where, *, key="key-of-this-form", headers=None, **fields):
    data = {"csrf_token": csrf_of(client, "/orders"), "key": key, **fields}
    return client.post(where, data=data, headers=headers)


def last_message(room):
    db.session.expire_all()
    return db.session.scalar(
        sa.select(Message).where(Message.room_id == room.id).order_by(Message.id.desc()).limit(1)
    )


def hold(room, quantity=2, client_id="hold-00001"):
    chat_holds.hold_units(room, MIRA, "CUP", quantity, 10, client_id)
    return db.session.scalar(sa.select(ChatHold).order_by(ChatHold.id.desc()).limit(1))
