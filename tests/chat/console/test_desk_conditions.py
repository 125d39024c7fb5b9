"""The conditions that lists and search select by say the same as the one door does for each room."""

import itertools

import sqlalchemy as sa

from app.chat.access import Actor, as_member, at_desk, rights_of
from app.chat.models import Department, Room
from app.core.database import db, run_transaction, transaction
from tests.chat.console.pages import make_agent
from tests.chat.talking import MIRA, open_group, open_room

KINDS = ("support", "sales", "order")
TOMAS = Actor("user:tomas", "Tomas", "staff")
INES = Actor("user:ines", "Ines", "admin")
CURIOUS = Actor("user:curious", "Curious", "shopper")


def make_departments():
    floor, studio = Department(name="Shop floor"), Department(name="Studio")
    with transaction():
        db.session.add_all([floor, studio])
    return floor.id, studio.id


def make_desk_rooms(departments):
    for number, (kind, department, assignee) in enumerate(
        itertools.product(KINDS, (None, *departments), (None, MIRA.subject, TOMAS.subject, CURIOUS.subject))
    ):
        room = open_room(Actor(f"visitor:{number}", "Guest", "guest"), kind=kind, department_id=department)
        run_transaction(
            lambda room=room, assignee=assignee: db.session.execute(
                sa.update(Room).where(Room.id == room.id).values(assignee=assignee)
            )
        )


def every_room():
    db.session.expire_all()
    return db.session.scalars(sa.select(Room)).all()


def selected(condition):
    return set(db.session.scalars(sa.select(Room.id).where(condition)))


def test_a_list_holds_the_rooms_whose_notes_the_door_opens_and_no_other(any_app):
    floor, studio = make_departments()
    make_desk_rooms((floor, studio))
    agents = [MIRA, make_agent("Jonas", departments=[floor]), make_agent("Otto", departments=[floor, studio])]
    rooms = every_room()

    for actor in (*agents, TOMAS, INES, CURIOUS):
        opened = {room.id for room in rooms if "notes" in rights_of(actor, room)}
        assert selected(at_desk(actor)) == opened, actor
    assert 0 < len(selected(at_desk(agents[1]))) < len(rooms), "somebody must be shut out of something"


def test_rooms_with_members_are_found_by_those_who_are_in_them(any_app):
    jonas = Actor("user:jonas", "Jonas", "agent")
    shared, own = open_group(MIRA, "internal", jonas), open_group(MIRA, "group")
    open_group(jonas, "internal", CURIOUS)
    rooms = every_room()

    for actor in (MIRA, jonas, TOMAS, INES, CURIOUS):
        opened = {room.id for room in rooms if "read" in rights_of(actor, room)}
        assert selected(as_member(actor)) == opened, actor
    assert selected(as_member(MIRA)) == {shared.id, own.id}
