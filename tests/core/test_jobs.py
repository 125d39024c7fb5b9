"""Jobs: queued when what they are about is true, once however often they are announced, run with an application around."""

import json
import zlib

import pytest
import sqlalchemy as sa
from flask import has_request_context
from rq import Worker
from rq.job import Job
from rq.registry import ScheduledJobRegistry

from app.core import jobs, outbox
from app.core.database import db, transaction
from app.core.outbox import Announcement
from app.core.outbox_rows import OutboxEvent
from app.core.schedule import Lease

FAILING = 13


def write_lease(number):
    """A job: it writes a row, and what it saw around it."""
    if number == FAILING:
        raise RuntimeError("a job that fails")
    with transaction():
        db.session.add(Lease(name=f"job-{number}", holder=str(has_request_context()), expires_at=number))


@pytest.fixture
def queue(app, redis):
    return jobs.queue_of(redis, "default")


def announcement(number=1, function="tests.core.test_jobs.write_lease", queue="default"):
    return Announcement(77, jobs.TOPIC, "key", 0, {"function": function, "ids": [number], "queue": queue})


def work(app):
    jobs.work(app, app.config["SETTINGS"].REDIS_URL, jobs.QUEUES, burst=True)


def written():
    db.session.rollback()
    return {(row.name, row.holder) for row in db.session.scalars(sa.select(Lease))}


def test_a_job_is_queued_when_its_transaction_has_committed(app, queue):
    with transaction():
        jobs.run_later(write_lease, 1)
        assert queue.count == 0

    assert queue.count == 1


def test_a_job_of_a_transaction_that_failed_is_never_queued(app, queue):
    with pytest.raises(ValueError), transaction():
        jobs.run_later(write_lease, 1)
        raise ValueError

    outbox.sweep()

    assert queue.count == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OutboxEvent)) == 0


def test_two_jobs_of_one_transaction_are_two(app, queue):
    with transaction():
        jobs.run_later(write_lease, 1)
        jobs.run_later(write_lease, 1)

    assert queue.count == 2


def test_a_job_that_is_delivered_twice_is_one(app, queue):
    jobs.enqueue(announcement())
    jobs.enqueue(announcement())

    assert queue.job_ids == ["outbox-77"]


def test_a_job_that_is_delivered_again_after_it_ran_does_not_run_again(app, queue):
    jobs.enqueue(announcement())
    work(app)

    jobs.enqueue(announcement())

    assert queue.count == 0


def test_a_job_that_redis_missed_is_queued_by_the_sweep(app, queue):
    app.config["OUTBOX_DELIVERS"] = False
    with transaction():
        jobs.run_later(write_lease, 1)
    assert queue.count == 0
    with transaction():
        db.session.execute(sa.update(OutboxEvent).values(next_try_at=0))

    outbox.sweep()
    outbox.sweep()

    assert queue.count == 1


def test_a_worker_runs_a_job_with_an_application_and_no_request(app, queue):
    with transaction():
        jobs.run_later(write_lease, 1)

    work(app)

    assert written() == {("job-1", "False")}


def test_a_worker_that_forks_for_each_job_does_the_same(app, queue, redis):
    with transaction():
        jobs.run_later(write_lease, 1)
    close_connections()

    worker = jobs.make_app_worker(app, Worker)([queue], connection=redis, serializer="json")
    worker.work(burst=True, logging_level="WARNING")

    assert written() == {("job-1", "False")}


def close_connections():
    """A worker has opened none before it forks: SQLite's must not be used on both sides."""
    db.session.remove()
    db.engine.dispose()


def test_a_worker_takes_what_is_critical_first(app, redis, monkeypatch):
    ran = []
    monkeypatch.setattr(
        "app.core.jobs.SimpleWorker.execute_job", lambda self, job, queue: ran.append(queue.name)
    )
    for name in ("bulk", "default", "critical"):
        jobs.queue_of(redis, name).enqueue_call("tests.core.test_jobs.write_lease", args=(1,))

    work(app)

    assert ran == ["critical", "default", "bulk"]


def test_a_job_that_fails_is_tried_again_later_and_stops_no_other(app, queue, redis):
    with transaction():
        jobs.run_later(write_lease, FAILING)
        jobs.run_later(write_lease, 1)
    failing = queue.jobs[0].id

    work(app)

    job = Job.fetch(failing, connection=redis, serializer="json")
    assert written() == {("job-1", "False")}
    assert job.get_status() == "scheduled"
    assert job.retries_left == len(jobs.RETRY_AFTER_S) - 1


def test_a_failed_job_is_queued_again_when_its_pause_is_over(app, queue, redis):
    with transaction():
        jobs.run_later(write_lease, FAILING)
    work(app)
    paused = ScheduledJobRegistry(queue=queue)
    [failed] = paused.get_job_ids()

    jobs.requeue_due()
    assert queue.job_ids == []
    redis.zadd(paused.key, {failed: 0})
    jobs.requeue_due()

    assert queue.job_ids == [failed]
    assert paused.get_job_ids() == []


def test_a_paused_job_that_has_expired_is_forgotten(app, queue, redis):
    paused = ScheduledJobRegistry(queue=queue)
    redis.zadd(paused.key, {"gone": 0})

    jobs.requeue_due()

    assert (queue.job_ids, paused.get_job_ids()) == ([], [])


def test_a_job_that_fails_every_time_is_given_up_and_kept_for_a_look(app, queue, redis):
    with transaction():
        jobs.run_later(write_lease, FAILING)
    for _ in jobs.RETRY_AFTER_S:
        try_again(app, queue, redis)

    work(app)

    assert queue.count == ScheduledJobRegistry(queue=queue).count == 0
    assert queue.failed_job_registry.count == 1


def try_again(app, queue, redis):
    """Let a job fail once, and its pause be over."""
    work(app)
    paused = ScheduledJobRegistry(queue=queue)
    redis.zadd(paused.key, {job: 0 for job in paused.get_job_ids()})
    jobs.requeue_due()


def test_nothing_in_redis_is_a_pickle(app, queue, redis):
    jobs.enqueue(announcement())

    stored = zlib.decompress(redis.hget("rq:job:outbox-77", "data"))

    assert json.loads(stored) == ["tests.core.test_jobs.write_lease", None, [1], {}]
