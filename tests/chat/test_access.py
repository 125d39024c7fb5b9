"""Who may do what in which room: one table, asked by pages, sockets, files, search and export alike."""

import pytest

from app.chat import access, members
from app.chat.access import Actor
from app.chat.errors import RoomFull, UnknownRoom
from app.chat.models import Agent, AgentDepartment, Department, Participant
from app.core.database import db, run_transaction, transaction
from app.core.errors import Forbidden
from tests.chat.talking import ADA, INES, JONAS, JUN, MIRA, open_group, open_room

TOMAS = Actor("user:tomas", "Tomas", "staff")
TALK = {"read", "post"}
DESK = {"read", "post", "notes"}
ALL = {"read", "post", "notes", "invite"}


def rights(actor, room):
    return set(access.rights_of(actor, room))


def make_department(name, *agents):
    with transaction():
        department = Department(name=name)
        db.session.add(department)
        db.session.flush()
        for agent in agents:
            db.session.add(Agent(agent=agent.subject, name=agent.name))
            db.session.add(AgentDepartment(agent=agent.subject, department_id=department.id))
    return department.id


@pytest.mark.parametrize("kind", ["support", "sales"])
def test_a_desk_room_is_its_shoppers_and_the_desks(app, kind):
    room = open_room(ADA, kind=kind)

    assert [rights(actor, room) for actor in (ADA, JUN, MIRA, INES, TOMAS)] == [TALK, set(), DESK, ALL, set()]


def test_a_departments_room_is_not_of_the_others(app):
    studio = make_department("Studio", MIRA)
    room = open_room(ADA, department_id=studio)

    assert rights(Actor(MIRA.subject, "Mira", "agent"), room) == DESK
    assert rights(JONAS, room) == set()


def test_whoever_has_a_room_may_invite(app):
    room = open_room(ADA, department_id=make_department("Studio", MIRA))
    room.assignee = JONAS.subject

    assert rights(JONAS, room) == ALL


@pytest.mark.parametrize("kind", ["support", "order"])
def test_who_is_no_agent_any_more_has_no_right_in_what_they_had(app, kind):
    room = open_room(ADA, kind=kind)
    room.assignee = MIRA.subject

    assert rights(MIRA, room) == ALL
    assert rights(Actor(MIRA.subject, "Mira", "shopper"), room) == set()


def test_an_agent_who_shops_has_a_shoppers_rights_in_a_room_of_another_department(app):
    room = open_room(JONAS, department_id=make_department("Studio", MIRA))

    assert rights(JONAS, room) == TALK


def test_an_orders_room_is_open_to_staff_too(app):
    room = open_room(ADA, kind="order")

    assert rights(ADA, room) == TALK
    assert rights(TOMAS, room) == rights(MIRA, room) == {*DESK, "invite"}
    assert rights(JUN, room) == set()


def test_members_rooms_are_their_members_alone(app):
    group, internal = open_group(MIRA, "group", JUN), open_group(MIRA, "internal", TOMAS, JUN)

    assert [rights(actor, group) for actor in (MIRA, JUN, INES)] == [{*TALK, "invite"}, TALK, set()]
    assert [rights(actor, internal) for actor in (MIRA, TOMAS, JUN)] == [
        {*TALK, "invite"},
        {*TALK, "invite"},
        set(),
    ]


def test_a_foreign_room_looks_like_none_and_a_lesser_right_is_refused(app):
    room = open_room(ADA)

    for public_id in (room.public_id, "0" * 32, "x"):
        with pytest.raises(UnknownRoom):
            access.get_room_for(JUN, public_id)
    with pytest.raises(Forbidden):
        access.get_room_for(ADA, room.public_id, "notes")


def test_leaving_ends_the_rights_and_coming_back_restores_them(any_app):
    room = open_group(MIRA, "group", JUN)

    assert run_transaction(lambda: members.leave(room, JUN.subject))
    assert not run_transaction(lambda: members.leave(room, JUN.subject))
    assert rights(JUN, room) == set()
    run_transaction(lambda: members.join(room, JUN, "member"))
    assert rights(JUN, room) == TALK
    db.session.refresh(room)
    assert room.participant_count == 2


def test_the_eleventh_is_refused_and_the_place_of_one_who_left_is_free(any_app):
    guests = [Actor(f"user:guest{number}", "Guest", "shopper") for number in range(10)]
    room = open_group(MIRA, "group", *guests[:9])

    with pytest.raises(RoomFull):
        run_transaction(lambda: members.join(room, guests[9], "member"))
    run_transaction(lambda: members.join(room, guests[0], "member"))  # is in already
    run_transaction(lambda: members.leave(room, guests[0].subject))
    run_transaction(lambda: members.join(room, guests[9], "member"))
    assert db.session.get(Participant, (room.id, guests[9].subject)).left_at is None
