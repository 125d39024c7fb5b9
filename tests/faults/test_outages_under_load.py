"""Redis hangs, dies, forgets or fills up while people buy and talk: the shop sells on, and nothing of it is lost."""

import contextlib
import signal
import time

import pytest
import sqlalchemy as sa
from redis.exceptions import OutOfMemoryError

from app.core.database import db
from app.core.mail import Mail
from app.core.redis import connect
from tests.faults.guests import end_jobs, inside
from tests.faults.traffic import Traffic
from tests.support.shop import Shop

pytestmark = [pytest.mark.slow, pytest.mark.processes, pytest.mark.timeout(300)]

# A call to a Redis that hangs is given up after half a second and tried once more; then it is left alone for a second.
LONGEST_VIEW_S = 2.0


@contextlib.contextmanager
def redis_stopped(people: Traffic):
    """Killed, and started again on its files when the block ends."""
    people.keeper.away.add("redis")
    people.shop.kill("redis")
    try:
        yield
    finally:
        people.keeper.away.discard("redis")


def check_views(people: Traffic, start: float, longest_s: float) -> None:
    """Each page came, and none was slow."""
    end = time.monotonic()
    time.sleep(longest_s)  # the last one is on its way
    views = people.viewer.between(start, end)
    assert len(views) > 3
    assert {status for status, _ in views} == {200}
    assert max(took for _, took in views) < longest_s, sorted(took for _, took in views)[-5:]


def unsent_mails(shop: Shop) -> int:
    with inside(shop):
        return db.session.scalar(sa.select(sa.func.count()).where(Mail.sent_at.is_(None)))


def test_redis_hangs_for_half_a_minute(people: Traffic):
    shop = people.shop
    begun = time.monotonic()
    shop.processes["redis"].send_signal(signal.SIGSTOP)
    try:
        people.go_on(25)
        people.go_on(25)
        time.sleep(max(0.0, begun + 30 - time.monotonic()))
    finally:
        shop.processes["redis"].send_signal(signal.SIGCONT)
    check_views(people, begun, LONGEST_VIEW_S)

    people.go_on(20)
    people.check()


@pytest.mark.parametrize("seconds", [4, 9])
def test_redis_is_killed_and_comes_back(people: Traffic, seconds):
    begun = time.monotonic()
    with redis_stopped(people):
        people.go_on(25)
        time.sleep(max(0.0, begun + seconds - time.monotonic()))
    check_views(people, begun, LONGEST_VIEW_S)

    people.go_on(20)
    people.check()
    if seconds == 9:  # one that ran just then is taken for abandoned after a minute, and paused for another
        end_jobs(people.shop)
        assert unsent_mails(people.shop) == 0


def test_redis_forgets_everything_amid_orders(people: Traffic):
    client = connect(people.shop.settings.REDIS_URL)
    for _ in range(3):
        client.flushall()
        people.go_on(30)
    client.close()

    people.check()
    end_jobs(people.shop)
    assert unsent_mails(people.shop) == 0


def test_redis_is_full(people: Traffic):
    client = connect(people.shop.settings.REDIS_URL)
    begun = time.monotonic()
    client.config_set("maxmemory", "1mb")
    try:
        with pytest.raises(OutOfMemoryError):
            client.set("more", "x")
        for _ in range(3):
            people.go_on(30)
        check_views(people, begun, LONGEST_VIEW_S)
    finally:
        client.config_set("maxmemory", "0")
        client.close()

    people.go_on(20)
    people.check()
