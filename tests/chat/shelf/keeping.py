"""Agents who keep units for a shopper, as tests write them and look at them."""

import sqlalchemy as sa

from app.chat import bubbles, queries, states
from app.chat.models import ChatHold
from app.chat.shelf import holds as chat_holds
from app.core.database import db, run_transaction
from app.core.fragments import render
from app.inventory.verification import verify
from tests.chat.talking import MIRA


def hold(room, actor=MIRA, sku="CUP", quantity=2, minutes=10, client_id="hold-00001"):
    return chat_holds.hold_units(room, actor, sku, quantity, minutes, client_id)


def kept():
    """The newest hold, as it is now."""
    db.session.expire_all()
    return db.session.scalar(sa.select(ChatHold).order_by(ChatHold.id.desc()).limit(1))


def release(room, actor, public_id):
    return run_transaction(lambda: chat_holds.release_hold(room, actor, public_id))


def show(room):
    return [
        render("chat/_message.html", message=each)
        for each in bubbles.list_bubbles(room, "p")
        if each.kind == "hold"
    ]


def changes(room):
    entries = queries.list_events(room.id, "p", 0)
    return [entry.payload for entry in entries if entry.type == "change"]


def move(room, to):
    run_transaction(lambda: states.move(queries.get_room(room.id), to))


def wrongs():
    return [str(finding) for finding in verify() if "alert" not in finding.wrong]
