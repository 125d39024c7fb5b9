"""Redis forgets what is queued; the outbox knows what has not ended, and has it run: each job to its end, and no longer."""

import pytest
import sqlalchemy as sa
from rq.job import Job

from app.core import jobs, outbox, outbox_rows
from app.core.database import db, now_ms, transaction
from app.core.outbox_rows import OutboxEvent
from app.inventory.verification import check_outbox
from tests.core.test_jobs import FAILING, try_again, work, write_lease, written


@pytest.fixture
def queue(any_app, redis):
    return jobs.queue_of(redis, "default")


def run_later(app, number=1):
    with transaction():
        jobs.run_later(write_lease, number)
    app.extensions["outbox_marks"].flush()


def sweep_later(ms=0):
    """The sweep, as if the time until it asks again were over."""
    with transaction():
        db.session.execute(sa.update(OutboxEvent).values(next_try_at=now_ms() - ms))
    outbox.sweep()


def has_ended():
    db.session.rollback()
    return db.session.scalars(sa.select(OutboxEvent.published_at)).one() is not None


def test_a_job_that_redis_has_forgotten_is_queued_again_and_runs(any_app, queue, redis):
    run_later(any_app)
    redis.flushall()
    assert not has_ended()

    outbox.sweep()
    assert queue.count == 0
    sweep_later()
    assert queue.count == 1
    work(any_app)

    assert written() == {("job-1", "False")}
    assert has_ended()


def test_a_job_that_ran_is_not_queued_again_though_redis_has_forgotten_that(any_app, queue, redis):
    run_later(any_app)
    work(any_app)
    redis.flushall()

    sweep_later()

    assert (queue.count, has_ended()) == (0, True)


def test_a_job_that_ended_before_its_event_was_marked_stays_ended(any_app, queue):
    with transaction():
        jobs.run_later(write_lease, 1)
    work(any_app)

    any_app.extensions["outbox_marks"].flush()

    assert has_ended()


def test_a_job_that_waits_or_pauses_is_not_doubled(any_app, queue, redis):
    run_later(any_app, FAILING)

    sweep_later()
    assert queue.count == 1
    work(any_app)
    sweep_later()

    assert queue.count == 0
    assert not has_ended()


def test_a_job_that_failed_for_the_last_time_has_ended(any_app, queue, redis):
    run_later(any_app, FAILING)
    for _ in jobs.RETRY_AFTER_S:
        try_again(any_app, queue, redis)
    work(any_app)
    assert not has_ended()

    sweep_later()

    assert (queue.count, queue.failed_job_registry.count, has_ended()) == (0, 1, True)


def test_a_job_of_which_a_worker_left_notes_after_redis_was_wiped_is_queued_again(any_app, queue, redis):
    run_later(any_app)
    [name] = queue.job_ids
    redis.flushall()
    redis.hset(Job.key_for(name), "last_heartbeat", "2026-11-23T10:00:00Z")

    sweep_later()
    work(any_app)

    assert written() == {("job-1", "False")}


def test_a_job_that_takes_long_is_no_finding_and_one_that_nobody_hands_over_is(any_app, queue):
    run_later(any_app)
    with transaction():
        db.session.execute(sa.update(OutboxEvent).values(created_at=now_ms() - 3_600_000))
    assert list(check_outbox()) == []

    any_app.extensions["redis"]._closed_until = float("inf")
    sweep_later(outbox_rows.JOB_AGAIN_MS)

    assert ["1 events of job" in finding.wrong for finding in check_outbox()] == [True]
