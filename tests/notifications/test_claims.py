"""Which pushes are sent next, and that each is sent by one."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from app.core import schedule
from app.core.database import db, now_ms, transaction
from app.notifications.delivery import claims, drain, results
from app.notifications.models import Delivery
from tests.notifications.sending import state
from tests.notifications.telling import register, tell


def test_the_most_urgent_goes_first(sender, service, phone):
    register(sender, lane="bulk")
    for n in range(3):
        tell(number=f"bulk-{n}")
    register(sender, lane="now")
    tell(number="now")

    assert [each.delivery.lane for each in claims.claim("me", 10, [])] == ["now", "bulk", "bulk", "bulk"]


def test_what_one_has_claimed_no_other_sends_until_the_lease_is_over(sender, service, phone):
    tell()
    (claimed,) = claims.claim("somebody", 10, [])
    assert drain.drain() == 0

    with transaction():
        db.session.execute(sa.update(Delivery).values(lease_until=now_ms() - 1))
    assert claims.give_back_lost() == 1
    drain.drain()

    assert state() == ("accepted", "")
    with transaction():
        results.write([drain.drop(claimed, "read")])
    assert state() == ("accepted", ""), "who lost the lease writes nothing any more"


def test_two_who_claim_at_once_have_no_delivery_in_common(sender, service, phone):
    for n in range(40):
        tell(number=str(n))

    def take(holder):
        with sender.app_context():
            return [each.delivery.id for _ in range(4) for each in claims.claim(str(holder), 5, [])]

    with ThreadPoolExecutor(4) as pool:
        taken = [each for ids in pool.map(take, range(4)) for each in ids]

    assert len(taken) == len(set(taken)) == 40


def test_a_look_that_finds_nothing_lost_begins_no_transaction(sender, service, phone, monkeypatch):
    tell()
    claims.claim("somebody", 10, [])
    monkeypatch.setattr(claims, "run_transaction", lambda _: pytest.fail("it would wait for whoever writes"))

    assert claims.give_back_lost() == 0


def test_only_one_drain_runs(sender, service, phone):
    tell()
    assert schedule.hold_lease(drain.LEASE, "somebody")

    assert drain.drain() == 0

    schedule.give_back_lease(drain.LEASE, "somebody")
    assert drain.drain() == 1
