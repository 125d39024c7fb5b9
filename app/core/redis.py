"""Connections to Redis with bounded waits, and a breaker so that a hung Redis costs one request a second, not each.

Imported by the socket process, so it knows neither Flask nor SQL.
"""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from redis import Redis, Sentinel
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import MasterDownError, OutOfMemoryError, ReadOnlyError, RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry
from redis.sentinel import SentinelConnectionPool

from app.redis_address import SENTINEL, read_sentinel_address

COMMAND_TIMEOUT_S = 0.5
CONNECT_TIMEOUT_S = 0.3
PAUSE_S = 1.0
REPLICA_WAIT_S = 0.3

# A Redis that is up but of no use. The library has classes for some codes, which it takes off the text; the other codes
# stay in it, after the command's own text in a pipeline.
USELESS = (OutOfMemoryError, ReadOnlyError, MasterDownError)
USELESS_CODES = ("MISCONF ", "NOREPLICAS ")

Answer = TypeVar("Answer")


class RedisDown(Exception):
    """Redis cannot be reached or cannot take writes; the caller goes on without it."""


def bounds(url: str) -> dict[str, Any]:
    """Options that end every call within about a second, even when Redis hangs; the library's own take a minute."""
    options: dict[str, Any] = {
        "socket_timeout": COMMAND_TIMEOUT_S,
        "retry": Retry(ExponentialBackoff(cap=0.1, base=0.02), 1),
    }
    if not url.startswith(("unix:", "redis+unix:")):
        options["socket_connect_timeout"] = CONNECT_TIMEOUT_S
    return options


def connect(url: str, **options: Any) -> Redis:
    """A client for any form of REDIS_URL."""
    if url.startswith(SENTINEL):
        return follow_primary(url, {**bounds(url), **options})
    return Redis.from_url(url, **{**bounds(url), **options})


def follow_primary(url: str, options: dict[str, Any]) -> Redis:
    """Each connection that it opens asks the sentinels first which server takes writes now."""
    address = read_sentinel_address(url)
    watchers = Sentinel(  # type: ignore[no-untyped-call]
        address.sentinels, sentinel_kwargs={**bounds(url), "password": address.sentinel_password}
    )
    client: Redis = watchers.master_for(  # type: ignore[no-untyped-call]
        address.service,
        redis_class=Redis,
        db=address.database,
        username=address.user,
        password=address.password,
        **options,
    )
    return client


def wait_for_replica(client: Redis) -> None:
    """What was written so far outlives this server. Replicas follow on their own time, and a failover loses the rest.

    Raises RedisDown when no replica has it. Without Sentinel nobody takes over, and there is nothing to wait for.
    """
    if not isinstance(client.connection_pool, SentinelConnectionPool):
        return
    # WAIT looks at what its own connection wrote last, so it has to write; the stream of writes is one, in order.
    pipeline = client.pipeline(transaction=False)
    pipeline.set("replicated", 1)
    pipeline.execute_command("WAIT", 1, int(REPLICA_WAIT_S * 1000))  # type: ignore[no-untyped-call]
    if not pipeline.execute()[1]:
        raise RedisDown("no replica has what was written")


def is_useless(error: ResponseError) -> bool:
    return isinstance(error, USELESS) or str(error).rpartition("caused error: ")[2].startswith(USELESS_CODES)


class Breaker:
    """Stops asking a Redis that has just failed. One instance a process."""

    def __init__(self, client: Redis):
        self.client = client
        # Told of each failure, for whoever counts them.
        self.on_failure: Callable[[], None] = lambda: None
        self._closed_until = 0.0

    @property
    def is_open(self) -> bool:
        """While it asks nothing."""
        return time.monotonic() < self._closed_until

    def call(self, action: Callable[[Redis], Answer]) -> Answer:
        """Run `action` with the client. Raises RedisDown when it fails, or at once while the pause lasts."""
        if self.is_open:
            raise RedisDown("asked again before the pause was over")
        try:
            return action(self.client)
        except (RedisConnectionError, RedisTimeoutError) as error:
            self._closed_until = time.monotonic() + PAUSE_S
            self.on_failure()
            raise RedisDown(str(error)) from error
        except ResponseError as error:
            if is_useless(error):
                self.on_failure()
                raise RedisDown(str(error)) from error
            raise


__all__ = ["Breaker", "Redis", "RedisDown", "RedisError", "connect"]
