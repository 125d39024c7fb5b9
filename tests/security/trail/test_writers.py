"""Many writers at once: the chain has one order and no fork, and nobody waits for each other in a circle."""

import multiprocessing
import os
import signal
import threading

import pytest
import sqlalchemy as sa

from app import create_app
from app.core.database import db, transaction
from app.security import audit
from app.security.models import AuditEntry
from app.security.trail.proof import prove
from tests.support.settings import settings_for

THREADS = 3
# Half of the transactions ask for it before they record, half after, so that a chain locked too early would be a deadlock.
WANTED_BY_ALL = sa.text(
    """INSERT INTO lease (name, holder, expires_at) VALUES ('wanted', 'test', 1)
    ON CONFLICT (name) DO UPDATE SET expires_at = lease.expires_at + 1"""
)


@pytest.mark.on_both
@pytest.mark.parametrize("turns", [20, pytest.param(330, marks=pytest.mark.slow)])
def test_writers_of_two_processes_make_one_chain(any_app, tmp_path, database_url, turns):
    settings = settings_for(tmp_path, DATABASE_URL=database_url, REDIS_URL="unix:///nowhere")
    spawn = multiprocessing.get_context("spawn").Process
    writers = [spawn(target=write_many, args=(settings, number, turns)) for number in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(110)

    assert [writer.exitcode for writer in writers] == [0, 0]
    proof = prove()
    assert (proof.entries, proof.breaks) == (2 * THREADS * turns, [])
    assert db.session.scalar(sa.select(sa.func.count(AuditEntry.id))) == proof.entries


def write_many(settings, number, turns):
    app = create_app(settings)
    failed = []

    def write():
        try:
            with app.app_context():
                for turn in range(turns):
                    write_one(number, turn)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=write) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def write_one(number, turn):
    with transaction():
        if turn % 2:
            db.session.execute(WANTED_BY_ALL)
        audit.record("deed", f"process:{number}", actor="test", role="program", after={"turn": turn})
        if not turn % 2:
            db.session.execute(WANTED_BY_ALL)


@pytest.mark.slow
def test_a_writer_killed_before_its_commit_leaves_no_entry_and_holds_nobody_up(
    any_app, deeds, tmp_path, database_url
):
    settings = settings_for(tmp_path, DATABASE_URL=database_url, REDIS_URL="unix:///nowhere")
    deeds(1)
    killed = multiprocessing.get_context("spawn").Process(target=die_before_the_commit, args=(settings,))
    killed.start()
    killed.join(60)

    deeds(1)

    assert killed.exitcode == -signal.SIGKILL
    assert (prove().entries, prove().breaks) == (2, [])


def die_before_the_commit(settings):
    (settings.data_path / "faults").mkdir()
    (settings.data_path / "faults" / "before_commit").write_text(str(os.getpid()))
    with create_app(settings).app_context(), transaction():
        audit.record("deed", "process", actor="test", role="program")
