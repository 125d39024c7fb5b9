"""Connections to Redis with bounded waits, and a breaker so that a hung Redis costs one request a second, not each.

Imported by the socket process, so it knows neither Flask nor SQL.
"""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import MasterDownError, OutOfMemoryError, ReadOnlyError, RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

COMMAND_TIMEOUT_S = 0.5
CONNECT_TIMEOUT_S = 0.3
PAUSE_S = 1.0

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
    return Redis.from_url(url, **{**bounds(url), **options})


def is_useless(error: ResponseError) -> bool:
    return isinstance(error, USELESS) or str(error).rpartition("caused error: ")[2].startswith(USELESS_CODES)


class Breaker:
    """Stops asking a Redis that has just failed. One instance a process."""

    def __init__(self, client: Redis):
        self.client = client
        self._closed_until = 0.0

    def call(self, action: Callable[[Redis], Answer]) -> Answer:
        """Run `action` with the client. Raises RedisDown when it fails, or at once while the pause lasts."""
        if time.monotonic() < self._closed_until:
            raise RedisDown("asked again before the pause was over")
        try:
            return action(self.client)
        except (RedisConnectionError, RedisTimeoutError) as error:
            self._closed_until = time.monotonic() + PAUSE_S
            raise RedisDown(str(error)) from error
        except ResponseError as error:
            if is_useless(error):
                raise RedisDown(str(error)) from error
            raise


__all__ = ["Breaker", "Redis", "RedisDown", "RedisError", "connect"]
