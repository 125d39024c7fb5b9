"""Whatever is cut, held or forgotten while messages flow: each client has each of them once, or was told that it has not."""

import contextlib
import random
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.followers import Follower, following, wait_until_subscribed, wait_until_told
from tests.support.redis_server import RedisServer
from tests.support.relay import Relay
from tests.support.sockets import publisher

CHANNELS = ("shop", "order:A", "order:B")
SECONDS = 4.0
SEEDS = [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 13))]
# Longer than a channel is kept without listeners, so that one is forgotten and wanted again.
LONG_PAUSE_S = 2.3


class Disorder:
    """One random thing after the other, each by how often it happens."""

    def __init__(self, seed: int, redis: RedisServer, to_redis: Relay, to_live: Relay):
        self.random = random.Random(seed)
        self.redis = redis
        self.to_redis = to_redis
        self.to_live = to_live
        self.send = publisher(redis)
        self.followers: list[Follower] = []
        # By channel, the first offset of each epoch.
        self.firsts: dict[str, dict[str, int]] = {channel: {} for channel in CHANNELS}
        self.actions: dict[Callable[[], Any], int] = {
            self.publish: 300,
            self.hang_up: 40,
            self.turn_away: 60,
            self.rush: 30,
            to_live.cut: 4,
            to_redis.cut: 20,
            self.kill_subscriber: 10,
            self.hold_redis: 6,
            self.forget_history: 2,
            redis.client.flushall: 1,
        }

    def act(self) -> None:
        (action,) = self.random.choices(list(self.actions), self.actions.values())
        action()
        time.sleep(self.random.uniform(0, 0.02))

    def publish(self) -> None:
        channel = self.random.choice(CHANNELS)
        for _ in range(self.random.randint(1, 5)):
            self.send_to(channel)

    def send_to(self, channel: str) -> int:
        sent = self.send(channel)
        self.firsts[channel].setdefault(sent.epoch, sent.offset)
        return sent.offset

    def hang_up(self) -> None:
        self.random.choice(self.followers).hang_up()

    def turn_away(self) -> None:
        self.random.choice(self.followers).turn_away()

    def rush(self) -> None:
        """Everybody asks again while messages come in a row."""
        for follower in self.followers:
            follower.turn_away()
        for _ in range(20):
            for channel in CHANNELS:
                self.send_to(channel)

    def kill_subscriber(self) -> None:
        self.redis.client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")

    def hold_redis(self) -> None:
        self.to_redis.hold()
        time.sleep(self.random.uniform(0, 0.3))
        self.to_redis.release()

    def forget_history(self) -> None:
        self.redis.client.delete(f"rt:s:{self.random.choice(CHANNELS)}")


@pytest.mark.parametrize("seed", SEEDS)
def test_every_event_once_and_in_order_or_a_word_that_it_is_lost(
    seed: int, own_redis: RedisServer, start_live: Any
) -> None:
    with contextlib.ExitStack() as stack:
        to_redis = stack.enter_context(contextlib.closing(Relay(own_redis.url.removeprefix("unix://"))))
        live = start_live(REDIS_URL=to_redis.redis_url)
        to_live = stack.enter_context(contextlib.closing(Relay(live.port)))
        disorder = Disorder(seed, own_redis, to_redis, to_live)
        groups = {
            channel: stack.enter_context(following(to_live.port, 8, channel, pause))
            for channel, pause in zip(CHANNELS, (0.01, 0.1, LONG_PAUSE_S), strict=True)
        }
        disorder.followers = [follower for group in groups.values() for follower in group]

        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            disorder.act()
        wait_until_subscribed(disorder.followers)
        for channel, group in groups.items():
            wait_until_told(group, disorder.send_to(channel))

        for follower in disorder.followers:
            assert not follower.breaks
            firsts = disorder.firsts[follower.channel].values()
            assert all(run[1] in firsts for run in follower.runs if run[0] == 0 and run[1:]), follower.runs
        assert "Traceback" not in live.log.read_text()
