"""A Redis that took another's place: what was heard of the lost one is counted over, and nothing else is."""

import pytest

from tests.realtime.recovering import event, since_offset


@pytest.fixture
def take_over(redis):
    """Each call makes it one that was a replica until now."""

    def take_over():
        redis.replicaof("127.0.0.1", 1)
        redis.replicaof("NO", "ONE")

    return take_over


def test_a_channel_goes_on_beyond_what_may_have_been_heard_and_then_counts_on(app, take_over):
    before = event("shop")
    take_over()

    first, second = event("shop"), event("shop")

    assert first.offset > before.offset + 1000
    assert second.offset == first.offset + 1


def test_who_recovers_is_told_to_fetch(app, ask, take_over):
    before = event("shop")
    take_over()
    event("shop")

    assert ask(since_offset("shop", before))["channels"]["shop"]["recovered"] is False


def test_each_one_that_takes_over_does_so(app, take_over):
    event("shop")
    take_over()
    first = event("shop")
    take_over()

    assert event("shop").offset > first.offset + 1000


def test_a_channel_that_begins_afterwards_has_lost_nothing(app, redis, take_over):
    take_over()

    first = event("shop")

    assert first.offset == int(redis.hget("rt:c:shop", "start")) + 1
    assert event("shop").offset == first.offset + 1
