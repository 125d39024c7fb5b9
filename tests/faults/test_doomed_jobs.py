"""Jobs that poison, exhaust or lose their worker: each is tried as often as it was promised, and holds up no other."""

from collections import Counter

import pytest

from app.core import jobs
from app.core.database import transaction
from app.core.redis import connect
from tests.faults import doomed_jobs
from tests.faults.guests import end_jobs, inside
from tests.faults.keeper import keeping
from tests.support.shop import descendants, open_shop, send_signal
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.processes, pytest.mark.timeout(240)]

RETRIES = [0, 0]
# RQ takes a worker for dead after half a minute without a beat, and its job for abandoned a minute later.
RERUN_S = 120


@pytest.fixture
def shop():
    with open_shop("redis", "web", "live", "clock", "worker", APP_ENV="test") as shop, keeping(shop):
        yield shop


def ran(shop):
    return Counter(line.split()[0] for line in doomed_jobs.read(shop.folder))


def run_later(shop, *functions):
    with inside(shop), transaction():
        for function in functions:
            jobs.run_later(function, retry_after_s=RETRIES)


def test_poison_is_given_up_after_its_tries_and_the_others_run(shop):
    doomed = (doomed_jobs.raise_always, doomed_jobs.die, doomed_jobs.take_memory)

    run_later(shop, *doomed, *[doomed_jobs.do_well] * 5)

    tries = dict.fromkeys(("poison", "killed", "greedy"), 1 + len(RETRIES))
    wait_for(lambda: ran(shop) == {**tries, "well": 5}, 60, f"all tries; {ran(shop)}")
    client = connect(shop.settings.REDIS_URL)
    failed = jobs.queue_of(client, "default").failed_job_registry
    wait_for(lambda: failed.count == 3, 30, "all three to be given up")
    end_jobs(shop)
    assert ran(shop) == {**tries, "well": 5}
    client.close()


def test_a_worker_that_is_killed_with_its_job_has_it_run_by_the_next(shop):
    run_later(shop, doomed_jobs.last)
    wait_for(lambda: ran(shop)["slow"] == 1, 30, "the job to run")
    worker = shop.processes["worker"]

    send_signal([worker.pid, *descendants(worker.pid)])

    wait_for(lambda: ran(shop)["slow"] == 2, RERUN_S, "another worker to run it")
    end_jobs(shop)
    run_later(shop, doomed_jobs.do_well)
    wait_for(lambda: ran(shop)["well"] == 1, 30, "the next job")
    assert ran(shop) == {"slow": 2, "well": 1}
