"""Many at once give, claim, decline and end: no agent has more than they take, and what is counted is what there is."""

import random
import threading
from functools import partial

import pytest
import sqlalchemy as sa

from app.chat import queries
from app.chat.access import Actor
from app.chat.desk import assignment, endings, reconcile, transfers
from app.chat.desk.agents import list_agents
from app.chat.models import Agent, AgentSpan, Assignment, Room
from app.core.database import db, run_transaction, transaction
from app.core.errors import DatabaseBusy, DomainError
from tests.chat.desk import add_agent, ask, check_counters, reread, wait_in_line
from tests.chat.talking import ADA, JONAS, MIRA

THREADS = 8
ACTS = 6

trials = pytest.mark.parametrize("count", [4, pytest.param(200, marks=pytest.mark.slow)])
pytestmark = pytest.mark.timeout(600)


def together(app, *works):
    """Run each in a thread with a context of its own, all from the same moment on; what any of them raises is raised."""
    start, failures = threading.Barrier(len(works)), []

    def run(work):
        with app.app_context():
            start.wait(10)
            try:
                until_done(work)
            except Exception as error:
                failures.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    db.session.rollback()
    assert failures == []


def until_done(work):
    """Whoever is told to come again comes again, as the outbox would."""
    while True:
        try:
            return work()
        except DatabaseBusy:
            continue


def clear_desk():
    """The next trial begins with nobody there and nothing waiting."""
    with transaction():
        db.session.execute(sa.update(Room).values(status="closed", assignee=None, slot_until=0))
        db.session.execute(sa.update(Assignment).values(ended_at=sa.func.coalesce(Assignment.ended_at, 1)))
        db.session.execute(sa.delete(AgentSpan))
        db.session.execute(sa.delete(Agent))


def add_agents(dice, trial, capacity=None):
    agents = [
        Actor(f"user:{trial}-{number}", f"Agent {number}", "agent") for number in range(dice.randint(2, 4))
    ]
    for agent in agents:
        add_agent(agent, capacity=capacity or dice.randint(1, 4))
    return agents


def over_capacity():
    return db.session.scalar(
        sa.select(sa.func.count()).select_from(AgentSpan).where(AgentSpan.open_count > AgentSpan.capacity)
    )


@trials
def test_drains_at_once_give_all_that_fits_and_spread_it_evenly(any_app, count):
    dice = random.Random(22)
    for trial in range(count):
        clear_desk()
        capacity = dice.randint(1, 5)
        agents = add_agents(dice, trial, capacity)
        rooms = [wait_in_line() for _ in range(dice.randint(3, 14))]

        together(any_app, *[assignment.drain] * THREADS)

        loads = [agent.open_count for agent in list_agents()]
        assert sum(loads) == min(len(rooms), capacity * len(agents)), f"trial {trial}"
        assert max(loads) - min(loads) <= 1, f"trial {trial}"
        assert max(loads) <= capacity
        given = [reread(room).status for room in rooms].count("assigned")
        assert given == sum(loads)
        check_counters()


@trials
def test_whatever_is_done_at_once_the_counters_are_right_and_nobody_has_too_many(any_app, count):
    dice = random.Random(23)
    for trial in range(count):
        clear_desk()
        agents = add_agents(dice, trial)
        rooms = [wait_in_line().public_id for _ in range(dice.randint(4, 10))]
        seeds = [dice.random() for _ in range(THREADS)]

        together(any_app, *[partial(act_at_random, random.Random(seed), agents, rooms) for seed in seeds])

        check_counters()
        assert over_capacity() == 0, f"trial {trial}"
        assert reconcile.reconcile_slots() == 0, f"trial {trial}"
        open_turns = sa.select(Assignment.room_id, sa.func.count()).where(Assignment.ended_at.is_(None))
        assert all(n == 1 for _, n in db.session.execute(open_turns.group_by(Assignment.room_id)))


def act_at_random(dice, agents, rooms):
    for _ in range(ACTS):
        room, agent, other = queries.find_room(dice.choice(rooms)), dice.choice(agents), dice.choice(agents)
        acts = (
            lambda: assignment.claim_room(room, agent),  # noqa: B023  # run at once
            lambda: endings.decline_room(room, agent),  # noqa: B023
            lambda: endings.resolve_room(room, agent),  # noqa: B023
            lambda: transfers.transfer_to_agent(room, agent, other.subject, "Yours"),  # noqa: B023
        )
        try:
            if dice.random() < 0.4:
                assignment.drain()
            else:
                run_transaction(dice.choice(acts))
        except DomainError:
            continue  # also when it is busy: another act will do


@pytest.mark.parametrize("count", [4, pytest.param(50, marks=pytest.mark.slow)])
def test_of_two_agents_who_claim_a_room_at_once_one_has_it(any_app, count):
    for _ in range(count):
        clear_desk()
        add_agent(MIRA, status="away")
        add_agent(JONAS, status="away")
        room = ask(ADA)
        heard = []

        def claim(agent, heard=heard, name=room.public_id):
            mine = queries.find_room(name)
            try:
                run_transaction(lambda: assignment.claim_room(mine, agent))
                heard.append(agent.subject)
            except DomainError as error:
                heard.append(error.code)

        together(any_app, lambda: claim(MIRA), lambda: claim(JONAS))  # noqa: B023  # joined at once

        assert heard.count("room_changed") == 1
        assert reread(room).assignee in heard
        check_counters()
