"""What happens by the clock: each task when it is due, one holder at a time, and no task in another's way."""

import time

import pytest
import sqlalchemy as sa
from flask import current_app

from app.core import schedule
from app.core.database import db, transaction
from app.core.schedule import LEASE_MS, Lease, every, give_back_lease, hold_lease, run_due


@pytest.fixture
def ran(app):
    """The shop's own tasks put aside; tasks of the test note here that they ran."""
    schedule.init_app(app)
    return []


def noting(ran, name):
    def task():
        ran.append(name)

    task.__name__ = name
    return task


def failing():
    raise RuntimeError("a task that fails")


def test_a_new_clock_runs_everything_once(app, ran):
    every(app, 60, noting(ran, "first"))
    every(app, 3600, noting(ran, "second"))

    run_due(app)
    run_due(app)

    assert ran == ["first", "second"]


def test_a_task_runs_again_when_its_time_has_come(app, ran):
    every(app, 60, noting(ran, "often"))
    every(app, 3600, noting(ran, "rare"))
    run_due(app)
    often, rare = app.extensions["schedule"]

    often.due_at -= 60
    rare.due_at -= 60
    run_due(app)

    assert ran == ["often", "rare", "often"]


def test_a_failing_task_does_not_stop_the_others_nor_itself(app, ran):
    every(app, 0, failing)
    every(app, 0, noting(ran, "next"))

    run_due(app)
    run_due(app)

    assert ran == ["next", "next"]


def test_a_failing_task_leaves_no_transaction_behind(app, ran):
    def fail_halfway():
        with transaction():
            db.session.add(Lease(name="half", holder="x", expires_at=0))
            db.session.flush()
            raise RuntimeError

    every(app, 0, fail_halfway)
    run_due(app)

    assert hold_lease("other", "me")
    assert db.session.scalars(sa.select(Lease.name)).all() == ["other"]


def test_each_task_has_a_context_of_its_own(app, ran):
    every(app, 0, lambda: ran.append(current_app._get_current_object()))
    every(app, 0, lambda: ran.append(id(db.session())))

    run_due(app)
    run_due(app)

    assert ran[0] is app
    assert ran[1] != id(db.session())


def test_the_lease_has_one_holder(any_app):
    assert hold_lease("clock", "a")
    assert hold_lease("clock", "a")
    assert not hold_lease("clock", "b")
    assert hold_lease("other", "b")


@pytest.mark.parametrize(("left_ms", "is_free"), [(1_000, False), (-1, True)])
def test_a_lease_is_free_when_it_has_expired(app, left_ms, is_free):
    hold_lease("clock", "a")
    with transaction():
        db.session.execute(sa.update(Lease).values(expires_at=schedule.now_ms() + left_ms))

    assert hold_lease("clock", "b") is is_free


def test_a_renewed_lease_lasts_as_long_as_a_new_one(app):
    hold_lease("clock", "a")
    first = db.session.scalar(sa.select(Lease.expires_at))
    time.sleep(0.02)

    hold_lease("clock", "a")
    db.session.rollback()

    renewed = db.session.scalar(sa.select(Lease.expires_at))
    assert first < renewed < first + LEASE_MS


def test_only_the_holder_gives_its_lease_back(app):
    hold_lease("clock", "a")

    give_back_lease("clock", "b")
    assert not hold_lease("clock", "b")
    give_back_lease("clock", "a")

    assert hold_lease("clock", "b")


def test_the_shop_s_own_tasks_run_on_an_empty_shop(app, capsys):
    assert app.extensions["schedule"], "this test needs tasks"

    run_due(app)

    assert "a scheduled task failed" not in capsys.readouterr().err
