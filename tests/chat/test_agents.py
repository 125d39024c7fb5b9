"""Agents: coming to the desk and leaving it, what they take, and the spans that utilisation is read from."""

import pytest

from app.chat.desk import agents, attendance, reconcile
from app.core.database import read_now, run_transaction
from app.core.errors import Invalid, NotFound
from tests.chat.desk import (
    add_agent,
    add_department,
    ask,
    change_agent,
    check_counters,
    pass_time,
    reread,
    slots_of,
    spans_of,
    turns_of,
    wait_in_line,
)
from tests.chat.talking import ADA, JONAS, MIRA
from tests.factories import PASSWORD, make_user


def csrf_of(client, path="/login"):
    return client.get(path).text.split('name="csrf_token" value="')[1].split('"')[0]


def sign_in(client, email):
    client.post("/login", data={"email": email, "password": PASSWORD, "csrf_token": csrf_of(client)})


def do(action, *arguments):
    return run_transaction(lambda: action(*arguments))


@pytest.mark.parametrize("role", ["agent", "admin"])
def test_who_comes_to_the_desk_first_is_enrolled_and_offline(any_app, role):
    user = make_user(role, name="Mira")

    agent = do(agents.enrol_agent, user)
    again = do(agents.enrol_agent, user)

    assert agent.agent == again.agent == f"user:{user.public_id}"
    assert (agent.name, agent.capacity, agent.chosen_status, agent.open_count) == ("Mira", 4, "offline", 0)
    assert [each.agent for each in agents.list_agents()] == [agent.agent]


def test_others_of_the_staff_and_shoppers_are_no_agents(app):
    assert do(agents.enrol_agent, make_user("staff")) is None
    assert do(agents.enrol_agent, make_user("shopper")) is None
    with pytest.raises(NotFound):
        do(agents.set_status, "user:nobody", "online")


def test_coming_online_drains_the_queue_and_going_offline_gives_back(any_app):
    add_agent(MIRA, status="away")
    room = ask(ADA)
    do(agents.set_status, MIRA.subject, "online")
    assert reread(room).assignee == MIRA.subject

    add_agent(JONAS, status="away")
    do(agents.set_status, MIRA.subject, "offline")

    assert (reread(room).status, room.excluded) == ("queued", [MIRA.subject])
    assert turns_of(room) == [(MIRA.subject, "auto", "lost_lease")]


def test_away_keeps_the_chats_and_gets_no_more(any_app):
    add_agent(MIRA)
    room = ask(ADA)

    do(agents.set_status, MIRA.subject, "away")

    assert (reread(room).assignee, ask().status) == (MIRA.subject, "queued")


def test_a_capacity_below_the_load_takes_nothing_away_and_brings_nothing_new(any_app):
    add_agent(MIRA, capacity=3)
    rooms = [ask() for _ in range(3)]

    do(agents.set_capacity, MIRA.subject, 1)
    newcomer = ask()

    assert {reread(room).assignee for room in rooms} == {MIRA.subject}
    assert (newcomer.status, slots_of(MIRA)) == ("queued", 3)
    do(agents.set_capacity, MIRA.subject, 4)
    assert reread(newcomer).assignee == MIRA.subject


def test_a_new_department_brings_its_rooms(any_app):
    kilns = add_department("Kilns")
    add_agent(MIRA)
    room = wait_in_line(department_id=kilns)

    do(agents.set_departments, MIRA.subject, [kilns])

    assert reread(room).assignee == MIRA.subject
    assert agents.departments_by_agent() == {MIRA.subject: {kilns}}


@pytest.mark.parametrize(
    "call",
    [
        lambda: agents.set_status(MIRA.subject, "busy"),
        lambda: agents.set_capacity(MIRA.subject, -1),
        lambda: agents.set_capacity(MIRA.subject, 51),
        lambda: agents.set_departments(MIRA.subject, [99]),
    ],
)
def test_what_cannot_be_is_refused(app, call):
    add_agent(MIRA)

    with pytest.raises(Invalid):
        run_transaction(call)


def test_each_change_of_status_capacity_and_slots_begins_a_span(any_app):
    add_agent(MIRA, capacity=2)
    ask(ADA)
    do(agents.set_capacity, MIRA.subject, 3)
    do(agents.set_capacity, MIRA.subject, 3)
    do(agents.set_status, MIRA.subject, "away")
    do(agents.set_status, MIRA.subject, "offline")

    assert spans_of(MIRA) == [
        ("available", 2, 0),
        ("available", 2, 1),
        ("available", 3, 1),
        ("away", 3, 1),
        ("offline", 3, 1),
        ("offline", 3, 0),
    ]
    check_counters()


def test_a_span_ends_when_the_lease_did_and_not_when_that_was_noticed(any_app):
    add_agent(MIRA, lease_ms=45_000)
    over = agents.find_agent(MIRA.subject).lease_until - 50_000
    change_agent(MIRA, lease_until=over)

    assert (attendance.end_leases(), attendance.end_leases()) == (1, 0)

    assert [status for status, _, _ in spans_of(MIRA)] == ["available", "offline"]


def test_ten_idle_minutes_are_away_and_clicking_does_not_bring_back(any_app):
    add_agent(MIRA)
    room = ask(ADA)
    change_agent(MIRA, active_at=agents.find_agent(MIRA.subject).active_at - 601_000)

    pass_time(room)
    assert agents.find_agent(MIRA.subject).chosen_status == "away"
    assert room.assignee == MIRA.subject

    assert do(agents.note_activity, MIRA.subject)
    assert not do(agents.note_activity, MIRA.subject)
    pass_time(room)
    assert agents.find_agent(MIRA.subject).chosen_status == "away"
    do(agents.set_status, MIRA.subject, "online")
    pass_time(room)
    assert agents.find_agent(MIRA.subject).chosen_status == "online"


def test_signing_out_is_going_at_once(any_app):
    user = make_user("agent", email="mira@example.test", name="Mira")
    agent = do(agents.enrol_agent, user).agent
    now = read_now()
    do(lambda: agents.change(agent, lease_until=now + 45_000, active_at=now, chosen_status="online"))
    room = ask(ADA)
    assert room.assignee == agent
    client = any_app.test_client()
    sign_in(client, "mira@example.test")

    client.post("/logout", data={"csrf_token": csrf_of(client, "/")})

    assert reread(room).status == "queued"
    assert (agents.find_agent(agent).chosen_status, agents.find_agent(agent).open_count) == ("offline", 0)


def test_a_counter_that_drifted_is_an_error_in_the_log_and_set_right(any_app, caplog):
    add_agent(MIRA)
    ask(ADA)
    change_agent(MIRA, open_count=3)

    assert reconcile.reconcile_slots() == 1

    assert "had 3 slots counted and 1 taken" in caplog.text
    assert slots_of(MIRA) == 1
    check_counters()
    assert reconcile.reconcile_slots() == 0
