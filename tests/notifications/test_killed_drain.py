"""A real worker and a real clock: a push gets through, and when the worker is killed in mid-batch, none is lost."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.core.database import db, transaction
from app.notifications.devices import trials
from app.notifications.keys import vapid
from app.notifications.models import Delivery
from app.notifications.notify import Notice, notify
from tests.notifications.devices import Browser, subscribe
from tests.notifications.push_service import Answer, open_service
from tests.notifications.sending import configure
from tests.notifications.telling import ADA
from tests.support.waiting import wait_for

MANY = 150
START_S = 60
WITHIN_S = 90


@pytest.fixture
def service():
    with open_service() as service:
        yield service


@pytest.fixture
def start(app, process_environment, service):
    """`start("worker")`: one of the shop's own processes, in a group of its own. None is left when the test ends."""
    configure(app, PUSH_EXTRA_ORIGINS=(service.url,))
    vapid.ensure_key()
    environment = {**process_environment, "PUSH_EXTRA_ORIGINS": service.url}
    started = []

    def start_process(name):
        command = [sys.executable, "-m", "flask", "--app", "wsgi", name]
        process = subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start_process
    for process in started:
        kill(process)


def kill(process):
    """The worker and the process that runs its job, which is a session of its own; neither has time for a last word."""
    if process.poll() is None:
        jobs = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        for pid in (process.pid, *map(int, jobs)):
            os.kill(pid, signal.SIGKILL)
        process.wait(10)


def tell(subject, occasion):
    with transaction():
        return notify(Notice(subject, trials.WORDS.key, occasion, {"device": "a browser"}))


def states():
    db.session.rollback()
    return Counter(db.session.scalars(sa.select(Delivery.state)))


def test_what_is_told_reaches_the_service_by_a_real_worker(app, start, service):
    browser = Browser(service.url)
    subscribe(ADA, browser)
    start("worker")

    tell(ADA, "first")

    wait_for(lambda: states()["accepted"] == 1, START_S, "the push to be accepted")
    assert service.got[0].read(browser)["notification"]["title"] == "It works"


@pytest.mark.slow
@pytest.mark.on_both
def test_a_worker_killed_in_mid_batch_loses_nothing_and_shows_nothing_twice(any_app, start, service):
    browsers = {}
    for number in range(MANY):
        browser = Browser(service.url)
        subscribe(f"visitor:{number}", browser)
        browsers[browser.endpoint.removeprefix(service.url)] = browser
    service.answer(Answer(body=slowly), always=True)
    for number in range(MANY):
        tell(f"visitor:{number}", f"killed:{number}")
    worker = start("worker")
    wait_for(lambda: len(service.got) >= MANY // 3, START_S, "a third of the pushes")

    kill(worker)

    killed_at, before = time.monotonic(), len(service.got)
    assert states()["sending"], "it was killed in between"
    start("clock"), start("worker")
    wait_for(lambda: states()["accepted"] == MANY, WITHIN_S, "all pushes to be accepted")
    assert time.monotonic() - killed_at < WITHIN_S
    assert len(service.got) <= MANY + 64, "no more than were under way are sent again"
    shown = Counter((got.path, tag_of(got, browsers[got.path])) for got in service.got)
    assert before < MANY and len(shown) == MANY, "what was sent again replaces itself"


def slowly(handler):
    time.sleep(0.2)
    handler.wfile.write(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")


def tag_of(got, browser):
    shown = got.read(browser)["notification"]
    return shown["tag"], shown["data"]["id"]
