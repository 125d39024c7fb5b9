"""What a socket process tells of itself, written without one."""

import time
from typing import Any

from app.realtime.keys import PROCESSES_KEY, REPORT_PREFIX


def report_process(redis: Any, name: str, **figures: str | float) -> None:
    redis.hset(f"{REPORT_PREFIX}{name}", mapping=figures)
    redis.zadd(PROCESSES_KEY, {name: time.time() + 5})
