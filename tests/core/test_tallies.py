"""What workers count: told through Redis, since they fork for each job, and added to what web counts."""

import json

import pytest
from prometheus_client.parser import text_string_to_metric_families
from rq import Worker

from app.core import jobs, metrics, request_id, tallies
from app.core.database import db, transaction

OURS = "0123456789abcdef"
seen = []


def succeed(number):
    seen.append((number, request_id.current()))
    metrics.count("of_a_job", 2, kind="x")


def fail():
    raise RuntimeError("a job that fails")


@pytest.fixture(autouse=True)
def nothing_is_untold(app, redis):
    """Other tests of this process have counted too."""
    tallies.tell(redis)
    redis.flushall()
    seen.clear()


@pytest.fixture
def run(app, session_redis):
    def run(function, *ids):
        with request_id.carry(OURS), transaction():
            jobs.run_later(function, *ids, retry_after_s=[600])
        jobs.work(app, session_redis.url, jobs.QUEUES, burst=True)

    return run


def read(app):
    return {
        (tally.sample, *sorted(tally.labels.values())): tally.value
        for tally in tallies.read(app.extensions["redis"])
        if not tally.sample.endswith("_bucket")
    }


def test_a_job_runs_in_the_name_of_the_request_that_asked_for_it(app, run):
    run(succeed, 7)

    assert seen == [(7, OURS)]


def test_a_job_and_what_it_counted_are_told(app, run):
    run(succeed, 7)

    told = read(app)
    assert told["liveshelf_jobs_total", "done", "tests.core.test_tallies.succeed"] == 1
    assert told["liveshelf_of_a_job_total", "x"] == 2
    assert told["liveshelf_job_seconds_count", "tests.core.test_tallies.succeed"] == 1


def test_a_job_that_fails_is_told_too(app, run):
    run(fail)

    assert read(app)["liveshelf_jobs_total", "failed", "tests.core.test_tallies.fail"] == 1


def test_nothing_is_told_twice(app, run, redis):
    run(succeed, 7)
    before = read(app)

    tallies.tell(redis)

    assert read(app) == before


def test_what_redis_did_not_take_is_told_later(app, session_redis, redis):
    metrics.count("of_an_outage")
    closed = tallies_client_that_fails()

    tallies.tell(closed)
    tallies.tell(redis)

    assert read(app)["liveshelf_of_an_outage_total",] == 1


def tallies_client_that_fails():
    from app.core.redis import connect

    return connect("unix:///nowhere/at/all.sock")


def test_what_a_worker_counted_before_it_forks_is_told_by_none_of_its_forks(app, redis):
    metrics.count("of_a_parent")
    with transaction():
        jobs.run_later(succeed, 7)
        jobs.run_later(succeed, 8)
    db.session.remove()
    db.engine.dispose()

    queue = jobs.queue_of(redis, "default")
    worker = jobs.make_app_worker(app, Worker)([queue], connection=redis, serializer="json")
    worker.work(burst=True, logging_level="WARNING")

    told = read(app)
    assert told["liveshelf_of_a_job_total", "x"] == 4
    assert ("liveshelf_of_a_parent_total",) not in told


def test_a_job_that_nobody_can_read_fails_like_any_other(app, redis, run):
    jobs.queue_of(redis, "default").enqueue_call("os.getcwd", job_id="foreign")
    redis.hset("rq:job:foreign", "data", b"\x80 no JSON")

    run(succeed, 7)

    assert read(app)["liveshelf_jobs_total", "failed", "unknown"] == 1
    assert seen == [(7, OURS)]


def test_several_processes_add_up_and_make_one_family(app, redis):
    metrics.observe("of_two_kinds", 0.02, part="a")
    tallies.tell(redis)
    tallies.tell(redis)

    text = metrics.prometheus_text().decode()
    families = [family for family in text_string_to_metric_families(text)]
    names = [family.name for family in families]
    found = next(family for family in families if family.name == "liveshelf_of_two_kinds_seconds")
    counts = {sample.labels["le"]: sample.value for sample in found.samples if "le" in sample.labels}

    assert len(names) == len(set(names))
    # Once counted here, and once told as by another process.
    assert (counts["0.01"], counts["0.025"], counts["+Inf"]) == (0, 2, 2)


def test_what_only_others_counted_is_in_the_order_that_prometheus_wants(app, redis):
    """A bucket, a sum and a count of each job, as Redis has them: in no order."""
    told = [
        ["liveshelf_of_others_seconds_count", [["part", "a"]]],
        ["liveshelf_of_others_seconds_bucket", [["le", "+Inf"], ["part", "a"]]],
        ["liveshelf_of_others_seconds_sum", [["part", "b"]]],
        ["liveshelf_of_others_seconds_bucket", [["le", "0.5"], ["part", "a"]]],
    ]
    for name, labels in told:
        entry = json.dumps(["histogram", "liveshelf_of_others_seconds", name, labels])
        redis.hincrbyfloat(tallies.KEY, entry, 1)

    text = metrics.prometheus_text().decode()
    lines = [line for line in text.splitlines() if line.startswith("liveshelf_of_others")]

    assert [line.removeprefix("liveshelf_of_others_seconds_") for line in lines] == [
        'bucket{le="0.5",part="a"} 1.0',
        'bucket{le="+Inf",part="a"} 1.0',
        'count{part="a"} 1.0',
        'sum{part="b"} 1.0',
    ]


def test_without_redis_what_web_counted_is_shown_alone(make_app):
    app = make_app(REDIS_URL="unix:///nowhere/at/all.sock")
    with app.app_context():
        metrics.count("of_web_alone")

        assert metrics.totals()["counters"]["of_web_alone"][0]["value"] >= 1
