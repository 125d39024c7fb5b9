"""A shopper who asks without a script, as tests write it."""

import re

import sqlalchemy as sa

from app.chat import queries
from app.chat.desk import endings
from app.chat.models import Message, Room
from app.core.database import db, run_transaction
from tests.chat.talking import MIRA

HTMX = {"HX-Request": "true"}


def hidden(page, name):
    return re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)[1]


def ask(client, body="Is the large one back?", *, headers=None, query="", **fields):
    page = client.get(f"/support{query}").text
    form = {
        "clientId": hidden(page, "clientId"),
        "csrf_token": hidden(page, "csrf_token"),
        "body": body,
        **fields,
    }
    return client.post("/support", data=form, headers=headers or {})


def write(client, path, body, **fields):
    page = client.get(path).text
    form = {
        "clientId": hidden(page, "clientId"),
        "csrf_token": hidden(page, "csrf_token"),
        "body": body,
        **fields,
    }
    return client.post(path, data=form)


def the_room():
    db.session.rollback()
    return db.session.scalars(sa.select(Room)).one()


def bodies():
    db.session.rollback()
    return db.session.scalars(sa.select(Message.body).where(Message.side == "shopper")).all()


def resolve(room):
    run_transaction(lambda: endings.resolve_room(queries.get_room(room.id), MIRA))


def newest_room():
    db.session.rollback()
    return db.session.scalars(sa.select(Room).order_by(Room.id.desc())).first()
