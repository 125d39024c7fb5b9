"""Real sockets: an open console is a lease, and what closes with it goes back after 45 seconds and not before."""

import time
from typing import Any

import pytest

from app.chat.desk import agents, attendance, timers
from app.core.database import run_transaction
from tests.chat.desk import ask, drain, reread, turns_of, wait_in_line
from tests.chat.talking import ADA
from tests.factories import make_user
from tests.realtime.live.test_lost_rights import open_tab
from tests.security.test_login import sign_in
from tests.support.waiting import wait_for


@pytest.fixture
def server(redis: Any, session_redis: Any, start_live: Any) -> Any:
    return start_live(REDIS_URL=session_redis.url)


@pytest.fixture
def mira(app, client):
    """Signed in, enrolled and online, without an open console."""
    user = make_user("agent", email="mira@example.test", name="Mira")
    sign_in(client, "mira@example.test")
    subject = run_transaction(lambda: agents.enrol_agent(user)).agent
    run_transaction(lambda: agents.set_status(subject, "online"))
    return subject


def tick(room):
    timers.keep_attendance()
    return reread(room)


def test_a_room_is_given_when_the_console_opens_and_nothing_new_once_it_closes(server, mira, client):
    room = wait_in_line(ADA)
    drain()
    assert reread(room).status == "queued"

    tab = open_tab(server, client, "agents")
    wait_for(lambda: tick(room).assignee == mira, 10, "the first room")
    tab.close()
    wait_for(lambda: attendance.find_present() == frozenset(), 10, "the console to be missed")

    assert ask().status == "queued"


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_closed_console_keeps_its_rooms_for_45_seconds(server, mira, client):
    room = wait_in_line(ADA)
    tab = open_tab(server, client, "agents")
    wait_for(lambda: tick(room).assignee == mira, 10, "the first room")

    closed = time.monotonic()
    tab.close()
    wait_for(lambda: tick(room).status == "queued", 60, "the room to go back")

    assert time.monotonic() - closed >= 45
    assert turns_of(room) == [(mira, "auto", "lost_lease")]


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_console_that_comes_back_in_time_has_lost_nothing(server, mira, client):
    room = wait_in_line(ADA)
    tab = open_tab(server, client, "agents")
    wait_for(lambda: tick(room).assignee == mira, 10, "the first room")

    tab.close()
    ends = time.monotonic() + 40
    while time.monotonic() < ends:
        assert tick(room).status == "assigned"
        time.sleep(0.5)
    open_tab(server, client, "agents")

    ends = time.monotonic() + 10
    while time.monotonic() < ends:
        assert tick(room).assignee == mira
        time.sleep(0.5)
