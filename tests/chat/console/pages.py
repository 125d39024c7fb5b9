"""Who works at the desk, and how tests ask its pages."""

import sqlalchemy as sa

from app.chat.access import Actor
from app.chat.desk import agents
from app.chat.models import Department, Room
from app.core.database import db, run_transaction, transaction
from tests.factories import make_user
from tests.security.test_login import csrf_of

CONSOLE = "/staff/chat"


def make_agent(name="Mira", role="agent", departments=()):
    user = make_user(role, email=f"{name.lower()}@example.test", name=name)
    run_transaction(lambda: agents.enrol_agent(user))
    subject = f"user:{user.public_id}"
    if departments:
        run_transaction(lambda: agents.set_departments(subject, departments))
    return Actor(subject, name, role)


def make_department(name="Studio"):
    with transaction():
        row = Department(name=name)
        db.session.add(row)
    return row.id


def path(room, *parts):
    return "/".join([CONSOLE, "rooms", room.public_id, *parts])


def post(client, where, headers=None, **fields):
    fields = {"csrf_token": csrf_of(client, "/orders"), "key": "key-of-this-form", **fields}
    return client.post(where, data=fields, headers=headers)


def text(client, where, **options):
    answer = client.get(where, **options)
    assert answer.status_code == 200, answer.status_code
    return answer.text


def now(room):
    db.session.rollback()
    return db.session.scalar(
        sa.select(Room).where(Room.id == room.id).execution_options(populate_existing=True)
    )
