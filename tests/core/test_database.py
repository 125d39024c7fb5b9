"""One way to write: whole or not at all, waiting its turn without freezing, telling nobody before it is true."""

import threading
import time

import psycopg
import pytest
import sqlalchemy as sa

from app.core import database, resting
from app.core.database import after_commit, db, now_ms, transaction
from app.core.errors import DatabaseBusy
from app.core.schedule import Lease, hold_lease


def add_lease(name):
    db.session.add(Lease(name=name, holder="me", expires_at=0))


def names():
    db.session.rollback()
    return db.session.scalars(sa.select(Lease.name).order_by(Lease.name)).all()


def test_what_follows_the_commit_happens_after_it(any_app):
    seen = []
    with transaction():
        add_lease("a")
        after_commit(lambda: seen.append(list(names())))
        assert seen == []

    assert seen == [["a"]]


def test_what_follows_does_not_happen_when_the_block_fails(any_app):
    seen = []
    with pytest.raises(ValueError), transaction():
        add_lease("a")
        after_commit(lambda: seen.append(1))
        raise ValueError

    assert seen == []
    assert names() == []


def test_a_failing_follower_undoes_nothing_and_does_not_stop_the_next(any_app):
    seen = []
    with transaction():
        add_lease("a")
        after_commit(lambda: 1 / 0)
        after_commit(lambda: seen.append(1))

    assert names() == ["a"]
    assert seen == [1]


def test_an_inner_block_joins_the_outer_one(any_app):
    with pytest.raises(ValueError), transaction():
        with transaction():
            add_lease("inner")
        raise ValueError

    assert names() == []


def test_a_second_writer_waits_for_the_first(app):
    order = []

    def write(name, pause):
        with app.app_context(), transaction():
            add_lease(name)
            db.session.flush()
            order.append(name)
            time.sleep(pause)

    first = threading.Thread(target=write, args=("a", 0.3))
    first.start()
    while not order:
        time.sleep(0.01)
    write("b", 0)
    first.join(5)

    assert names() == ["a", "b"]


def test_a_writer_that_gets_no_turn_says_busy(app, monkeypatch):
    monkeypatch.setattr(database, "WRITE_WAIT_S", 0.2)
    blocker = db.engine.raw_connection()
    blocker.cursor().execute("BEGIN IMMEDIATE")

    started = time.monotonic()
    with pytest.raises(DatabaseBusy), transaction():
        add_lease("now")

    assert time.monotonic() - started < 2
    blocker.cursor().execute("ROLLBACK")
    blocker.close()
    with transaction():
        add_lease("later")
    assert names() == ["later"]


def test_the_clock_is_the_databases(any_app):
    database_time = db.session.scalar(sa.select(now_ms()))

    assert abs(database_time - time.time() * 1000) < 5000


def test_one_holder_at_a_time_until_the_lease_runs_out(any_app):
    assert hold_lease("clock", "a")
    assert not hold_lease("clock", "b")
    assert hold_lease("clock", "a")

    with transaction():
        db.session.execute(sa.update(Lease).values(expires_at=0))

    assert hold_lease("clock", "b")
    assert not hold_lease("clock", "a")


def test_two_writers_that_lock_in_opposite_orders_both_get_through(any_app):
    """PostgreSQL undoes one of them, which then simply runs again; SQLite has them queue."""
    with transaction():
        add_lease("a")
        add_lease("b")
    meeting = threading.Barrier(2)
    tries = []

    def move(first, second):
        with any_app.app_context():
            database.run_transaction(lambda: take_both(first, second))

    def take_both(first, second):
        tries.append(first)
        take(first)
        if len(tries) <= 2 and not any_app.config["SETTINGS"].is_sqlite:
            meeting.wait(10)
        take(second)

    def take(name):
        changed = sa.update(Lease).where(Lease.name == name).values(expires_at=Lease.expires_at + 1)
        db.session.execute(changed)

    threads = [threading.Thread(target=move, args=order) for order in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    db.session.rollback()
    assert db.session.scalars(sa.select(Lease.expires_at)).all() == [2, 2]
    assert len(tries) == (2 if any_app.config["SETTINGS"].is_sqlite else 3)


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_connections_that_died_while_they_rested_are_replaced_unnoticed(app, monkeypatch, database_url):
    monkeypatch.setattr(resting, "PING_AFTER_S", 0)
    taken = [db.engine.connect() for _ in range(3)]
    for connection in taken:
        connection.close()
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    assert [db.session.scalar(sa.text("SELECT 1")) for _ in range(3)] == [1, 1, 1]


def test_what_only_reads_leaves_no_transaction_open(any_app):
    db.session.execute(sa.text("SELECT 1")).scalar_one()

    if db.engine.dialect.name == "sqlite":
        assert not db.session.connection().connection.in_transaction
    else:
        activity = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"
        assert db.session.execute(sa.text(activity)).scalar_one() == 0


def test_a_snapshot_sees_one_state_whatever_is_written_meanwhile(any_app):
    def write_beside():
        with any_app.app_context(), transaction():
            add_lease("b")

    with transaction():
        add_lease("a")
    count = sa.select(sa.func.count()).select_from(Lease)

    with database.snapshot():
        before = db.session.scalar(count)
        beside = threading.Thread(target=write_beside)
        beside.start()
        beside.join()
        assert db.session.scalar(count) == before == 1

    assert db.session.scalar(count) == 2
