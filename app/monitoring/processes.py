"""What each process of web and clock tells of itself every two seconds; it is forgotten when it has been silent for ten.

Live's processes and workers have reports of their own: see `realtime.status` and RQ.
"""

import json
import logging
import os
import secrets
import socket
import threading
import time
from typing import Any

from flask import Flask, current_app

from app.core import clock, metrics, tallies
from app.core.own_memory import resident_bytes
from app.core.redis import RedisDown
from app.monitoring import draining

EVERY_S = 2.0
KEPT_S = 10
PREFIX = "ops:process:"
ALL = "ops:processes"

log = logging.getLogger(__name__)


class Reporter:
    """One for each process; made in it, after any fork."""

    def __init__(self, kind: str):
        self.kind = kind
        self.id = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        self._started = clock.now_ms()

    def describe(self, **figures: Any) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "release": current_app.config["SETTINGS"].RELEASE,
            "started": self._started,
            "seen": clock.now_ms(),
            "memory": resident_bytes(),
            **figures,
        }

    def tell(self, client: Any, **figures: Any) -> None:
        now = clock.now_ms()
        pipeline = client.pipeline(transaction=True)
        pipeline.set(f"{PREFIX}{self.id}", json.dumps(self.describe(**figures)), ex=KEPT_S)
        pipeline.zadd(ALL, {self.id: now})
        pipeline.zremrangebyscore(ALL, 0, now - 3600_000)
        pipeline.execute()


def read_reports(client: Any) -> list[dict[str, Any]]:
    ids = client.zrange(ALL, 0, -1)
    told = client.mget([PREFIX.encode() + each for each in ids]) if ids else []
    return [json.loads(each) for each in told if each]


def watch_web(app: Flask) -> None:
    """For gunicorn's `post_worker_init`. Under gevent the thread is a greenlet."""
    reporter = Reporter("web")
    app.extensions["reporter"] = reporter
    threading.Thread(target=tell_of_web, args=(app, reporter), daemon=True).start()


def tell_of_web(app: Flask, reporter: Reporter) -> None:
    while True:
        try:
            with app.app_context():
                tell_once(app, reporter)
        except RedisDown:
            pass  # nobody could read it either
        except Exception:
            log.exception("the report of this process could not be written")
        time.sleep(EVERY_S)


def tell_once(app: Flask, reporter: Reporter) -> None:
    redis, traffic = app.extensions["redis"], app.extensions["traffic"]
    redis.call(lambda client: reporter.tell(client, **describe_web(app)))
    redis.call(traffic.tell)


def describe_web(app: Flask) -> dict[str, Any]:
    traffic = app.extensions["traffic"]
    return {
        "requests": traffic.requests,
        "errors": traffic.errors,
        "in_flight": app.extensions["load"].in_flight,
        "draining": draining.is_draining(),
    }


def tell_of_clock() -> None:
    """As a task of each clock process."""
    extensions = current_app.extensions
    reporter = extensions.setdefault("reporter", Reporter("clock"))
    tasks = [
        {"name": task.name, "every": task.every_s, "ran_at": task.ran_at, "is_failing": task.is_failing}
        for task in extensions["schedule"]
    ]
    figures = {"is_active": extensions["schedule_is_active"], "tasks": tasks}
    try:
        extensions["redis"].call(lambda client: reporter.tell(client, **figures))
        if not metrics.are_shared():
            extensions["redis"].call(tallies.tell)
    except RedisDown:
        return
