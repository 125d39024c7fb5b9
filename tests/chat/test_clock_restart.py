"""The clock is killed with promises open; the next one keeps them. A real process, since that is what dies."""

import contextlib
import subprocess
import sys

import pytest
import sqlalchemy as sa

from app.core.database import db, read_now
from app.core.schedule import Lease
from tests.chat.desk import add_agent, ask, change_room, check_counters, reread, speak, turns_of
from tests.chat.talking import ADA, JONAS, MIRA
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

# A lease of the clock that was killed must end first.
TAKEN_OVER_S = 40


@contextlib.contextmanager
def clock(environment):
    process = subprocess.Popen([sys.executable, "-m", "flask", "--app", "wsgi", "clock"], env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def holder():
    db.session.rollback()
    return db.session.scalar(
        sa.select(Lease.holder).where(Lease.name == "clock", Lease.expires_at > read_now())
    )


def test_promises_that_came_due_while_no_clock_ran_are_kept_by_the_next_one(any_app, process_environment):
    add_agent(MIRA, lease_ms=600_000)
    unanswered, talking = ask(ADA), ask()
    speak(talking, MIRA)
    add_agent(JONAS, status="away", lease_ms=600_000)

    with clock(process_environment):
        wait_for(holder, 30, "a clock")
    now = read_now()
    change_room(unanswered, reply_due_at=now + 1_000)
    change_room(talking, slot_until=now + 1_000)

    with clock(process_environment):
        wait_for(lambda: reread(unanswered).status == "queued", TAKEN_OVER_S, "the room to be queued")
        wait_for(lambda: reread(talking).slot_until == 0, 10, "the slot to be released")

    assert turns_of(unanswered) == [(MIRA.subject, "auto", "no_reply")]
    check_counters()
