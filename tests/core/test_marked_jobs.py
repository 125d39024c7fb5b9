"""What stands in Redis without the shop's mark is run by no worker of ours."""

import json

import pytest
import sqlalchemy as sa

from app.core import jobs
from app.core.database import db, transaction
from app.core.schedule import Lease
from app.core.signing import is_signed, sign


def write_lease(name):
    with transaction():
        db.session.add(Lease(name=name, holder="job", expires_at=1))


def write_more(*_):
    write_lease("more")


@pytest.fixture
def queue(app, redis):
    return jobs.queue_of(redis, "default")


@pytest.fixture
def ours(app, queue):
    """The key in Redis of a job that the shop has queued."""
    with transaction():
        jobs.run_later(write_lease, "asked")
    [job] = queue.jobs
    return job


def run_all(app):
    jobs.work(app, app.config["SETTINGS"].REDIS_URL, jobs.QUEUES, burst=True)
    db.session.rollback()
    return set(db.session.scalars(sa.select(Lease.name)))


def test_a_job_of_the_shop_is_run(app, ours):
    assert run_all(app) == {"asked"}


def test_a_function_that_somebody_else_put_there_is_never_called(app, queue):
    queue.enqueue_call(f"{__name__}.write_lease", args=("theirs",), meta={"mark": "x" * 22})

    assert run_all(app) == set()


@pytest.mark.parametrize("field", [0, 1, 2, 3])
def test_nor_is_one_of_the_shop_that_was_changed(app, queue, redis, ours, field):
    """What rq keeps is [function, instance, args, kwargs]."""
    data = [f"{__name__}.write_lease", None, ["asked"], {}]
    data[field] = (f"{__name__}.write_more", "text", ["theirs"], {"name": "theirs"})[field]
    ours.data = json.dumps(data).encode()
    ours.save()

    assert run_all(app) == set()


def test_the_mark_of_one_job_is_no_mark_of_another(app, queue, ours):
    queue.enqueue_call(ours.func_name, args=tuple(ours.args), job_id="another", meta=ours.meta)
    ours.delete()

    assert run_all(app) == set()


def test_what_is_named_to_follow_a_job_does_not(app, redis, ours):
    redis.hset(ours.key, "success_callback_name", f"{__name__}.write_more")

    assert run_all(app) == {"asked"}


def test_a_mark_outlives_the_key_that_made_it(app):
    mark = sign("job", "text")
    app.config["SECRET_KEY_FALLBACKS"] = [app.config["SECRET_KEY"]]
    app.config["SECRET_KEY"] = "another secret that is long enough for it"

    assert is_signed("job", "text", mark)
    assert not is_signed("job", "text", "ä")
    assert not is_signed("job", "other", mark)
