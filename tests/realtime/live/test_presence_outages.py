"""Who is there while processes die and Redis loses everything: nobody vanishes who is there, nobody stays who is not."""

import os
import signal
from typing import Any

import pytest

from app.core.redis import RedisDown
from app.realtime import presence
from tests.realtime.live.rooms import GRACE_S, INTERVAL_S, LEASE_S, SHORT_BEAT, counts, listen, wait_count
from tests.realtime.live.servers import LiveServer
from tests.realtime.live.test_access import identity, right
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for


@pytest.mark.slow
def test_two_processes_count_together_and_the_lease_of_a_killed_one_ends(
    alone: LiveServer, start_beside: Any, enter: Any
) -> None:
    doomed = start_beside(SHORT_BEAT)
    watcher, tab = enter(alone, "visitor:a"), enter(alone, "visitor:a")
    enter(doomed, "visitor:a"), enter(doomed, "visitor:b"), enter(doomed, "visitor:c")
    wait_count(watcher, 3)
    wait_count(tab, 3)

    doomed.kill()

    wait_count(watcher, 1, LEASE_S + 2 * INTERVAL_S)


def test_a_process_that_ends_takes_its_visitors_along_at_once(
    alone: LiveServer, start_beside: Any, enter: Any
) -> None:
    leaving = start_beside()
    watcher = enter(alone, "visitor:a")
    enter(leaving, "visitor:b")
    wait_count(watcher, 2)

    leaving.terminate()

    wait_count(watcher, 1, 1 + GRACE_S + 2 * INTERVAL_S)


@pytest.mark.slow
def test_nobody_vanishes_while_redis_is_away_or_after_it_is_back(
    alone: LiveServer, start_beside: Any, enter: Any, own_redis: RedisServer, web: None
) -> None:
    other = start_beside()
    watcher = enter(alone, "visitor:a")
    enter(other, "visitor:b"), enter(other, "visitor:c")
    wait_count(watcher, 3)

    own_redis.kill()
    watcher.wait("degraded", 10)
    late = enter(alone, "visitor:a")
    wait_count(late, 3)
    own_redis.start()
    own_redis.client.flushall()
    watcher.wait("restored", 10)
    wait_for(lambda: presence.count_connected() == 3, 3 * INTERVAL_S, "all to be known again")
    listen(watcher, 3 * INTERVAL_S)
    joining = enter(other, "visitor:d")

    wait_count(watcher, 4)
    wait_count(joining, 4)
    assert min(counts(watcher)[counts(watcher).index(3) :]) == 3


@pytest.mark.slow
def test_after_a_flush_all_are_written_again_and_nobody_is_told_less(
    alone: LiveServer, start_beside: Any, enter: Any, own_redis: RedisServer, web: None
) -> None:
    watcher = enter(alone, "visitor:a")
    enter(start_beside(), "visitor:b")
    wait_count(watcher, 2)

    own_redis.client.flushall()
    wait_for(lambda: presence.count_connected() == 2, 2 * INTERVAL_S, "all to be known again")
    listen(watcher, 3 * INTERVAL_S)

    assert counts(watcher)[-1] == 2 and len(counts(watcher)) <= 2


@pytest.mark.slow
def test_a_process_that_was_stopped_for_long_says_again_whom_it_serves(
    alone: LiveServer, start_beside: Any, enter: Any
) -> None:
    frozen = start_beside(SHORT_BEAT)
    watcher = enter(alone, "visitor:a")
    enter(frozen, "visitor:b")
    wait_count(watcher, 2)

    os.kill(frozen.worker_pid, signal.SIGSTOP)
    wait_count(watcher, 1, LEASE_S + 2 * INTERVAL_S)
    os.kill(frozen.worker_pid, signal.SIGCONT)
    enter(frozen, "visitor:b")

    wait_count(watcher, 2, 10)


def test_without_redis_nobody_can_be_said_to_be_connected(own_redis: RedisServer, web: None) -> None:
    own_redis.kill()

    assert presence.count_connected() is None and presence.find_connected(["user:b"]) is None
    with pytest.raises(RedisDown):
        presence.read_channels(["agents"])


def test_after_a_flush_every_agent_is_named_again_within_two_rounds(
    alone: LiveServer, start_beside: Any, connect_peer: Any, own_redis: RedisServer, web: None
) -> None:
    for server, subject in ((alone, "user:1"), (start_beside(), "user:2")):
        connect_peer(server).subscribe(right("agents", subject), token=identity(subject))

    def members() -> Any:
        return presence.read_channels(["agents"])["agents"].members

    wait_for(lambda: members() == ("user:1", "user:2"), 3 * INTERVAL_S, "both agents")
    own_redis.client.flushall()

    wait_for(lambda: members() == ("user:1", "user:2"), 2 * INTERVAL_S + 1, "both agents again")
