"""The operations page is computed only while somebody looks, and says what it does not know."""

import threading
import time

import pytest

from app.core import clock, fragments, metrics
from app.core.redis import Breaker, connect
from app.monitoring import figures, traffic
from app.monitoring.processes import Reporter, read_reports, tell_of_clock, tell_once
from app.operations import board, broadcasts
from app.operations.line_chart import draw_line
from tests.support.reports import report_process


@pytest.fixture
def boards(monkeypatch):
    """How many were made."""
    made = []
    usual = broadcasts.make_board

    def make():
        made.append(usual())
        return made[-1]

    monkeypatch.setattr(broadcasts, "make_board", make)
    return made


@pytest.fixture
def listener(redis):
    listener = redis.pubsub(ignore_subscribe_messages=True)
    listener.subscribe("rt:p:ops")
    yield listener
    listener.close()


def test_nothing_is_computed_while_nobody_looks(app, redis, boards):
    broadcasts.push_board()

    assert boards == []


def test_who_looks_is_sent_the_page(app, redis, boards, listener):
    broadcasts.push_board()

    message = None
    while message is None:
        message = listener.get_message(timeout=5)
    assert b"No worker is running" in message["data"]
    assert b"board_measured" in message["data"]


def test_of_several_clocks_one_sends_it(app, redis, boards, listener):
    broadcasts.push_board()
    broadcasts.push_board()

    assert len(boards) == 1


def test_every_process_that_tells_of_itself_is_shown(app, redis):
    app.extensions["schedule_is_active"] = True
    tell_once(app, Reporter("web"))
    tell_of_clock()
    report_process(redis, "a", pid=7, host="h", started=1, connections=3, rate_out=2.5, memory=1024**2)

    kinds = {process.kind: process for process in board.make_board().processes}

    assert set(kinds) == {"web", "clock", "live"}
    assert kinds["live"].does == "3 sockets, 2.5 messages a second"
    assert kinds["clock"].note == "acts"


def test_a_process_that_is_silent_is_forgotten(app, redis):
    tell_once(app, Reporter("web"))
    (key,) = redis.keys("ops:process:*")

    redis.delete(key)

    assert read_reports(redis) == []


def test_without_redis_it_says_that_it_does_not_know(app, client):
    app.extensions["redis"] = Breaker(connect("unix:///nowhere/at/all.sock"))

    made = board.make_board()

    assert (made.state, made.is_blind) == ("degraded", True)
    assert [cause.condition.name for cause in made.causes][:1] == ["LiveshelfRedisDown"]
    assert "LiveshelfNoWorker" in {condition.name for condition in made.unknown}
    page = fragments.render("operations/_board.html", board=made)
    assert "A worker runs: not known" in page
    assert "Jobs wait in the database meanwhile." in page


def test_without_a_database_it_does_not_vouch_for_what_only_figures_tell(make_app):
    app = make_app(DATABASE_URL="sqlite:////nowhere/at/all.db")

    with app.app_context():
        made = board.make_board()

    assert made.state == "down"
    assert {"LiveshelfRedisFull", "LiveshelfNoClock"} <= {condition.name for condition in made.unknown}


def test_requests_and_their_times_become_minutes(app, redis):
    told = traffic.Traffic()
    for _ in range(95):
        told.note(0.004, 200)
    for _ in range(5):
        told.note(0.4, 500)

    told.tell(redis)
    told.tell(redis)
    traffic.note_in_minute(redis, "sockets", 3)

    newest = traffic.read_hour(redis)[-1]
    if not newest.requests:  # the minute has just turned
        newest = traffic.read_hour(redis)[-2]
    assert (newest.requests, newest.errors, newest.p95_ms) == (100, 5, 5)
    assert len(traffic.read_hour(redis)) == 60


def test_what_waited_for_redis_counts_for_its_own_minute(app, redis, monkeypatch):
    told = traffic.Traffic()
    minute = clock.now_ms() // 60_000
    for passed in (-80, -3, -3, 0):
        monkeypatch.setattr(traffic, "this_minute", lambda passed=passed: minute + passed)
        told.note(0.004, 200)

    told.tell(redis)

    assert [each.requests for each in traffic.read_hour(redis)[-4:]] == [2, 0, 0, 1]
    assert len(redis.keys("ops:minute:*")) == 2  # what is over an hour old is on no chart


@pytest.mark.parametrize(
    ("values", "path"),
    [([None, None], ""), ([0, 10], "M0.0 64.0h1L300.0 4.0"), ([None, 5, None], "M150.0 4.0h1")],
)
def test_a_chart_has_holes_where_nobody_knows(values, path):
    assert draw_line("Requests", "", values).path == path


def test_of_many_who_ask_at_once_one_reads_the_figures(app):
    asked = []

    def read_slowly():
        asked.append(1)
        time.sleep(0.1)
        return 1

    figures.register(app, "of_this_test", "A figure", read_slowly)
    answers = []

    def ask():
        with app.app_context():
            answers.append(figures.read_all()["of_this_test"])

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert (len(asked), answers) == (1, [1, 1, 1])


def test_whoever_watches_does_not_make_the_pages_look_fast(app, client):
    before = app.extensions["traffic"].requests

    client.get("/api/health")
    client.get("/nothing")

    assert app.extensions["traffic"].requests == before + 1


def test_the_clock_knows_which_of_its_tasks_fail(app, redis):
    from app.core import schedule

    def fail():
        raise RuntimeError("a task that fails")

    schedule.init_app(app)
    schedule.every(app, 60, fail)
    app.extensions["schedule_is_active"] = True
    schedule.run_due(app)
    tell_of_clock()

    names = {cause.condition.name for cause in board.make_board().causes}

    assert "LiveshelfTaskFailing" in names
    failures = metrics.totals()["counters"]["task_failures"]
    assert any(entry["labels"]["task"].endswith("fail") for entry in failures)
    assert clock.now_ms() - app.extensions["schedule"][0].ran_at < 60_000
