"""Closes the sockets of a worker that is told to stop.

gunicorn tells their handlers nothing: it would wait for them, then cut them without a word.
"""

import random
from typing import Any

import gevent

from app.realtime.live.hub import Hub

POLL_SECONDS = 0.1
RESTART = 1012


def watch(worker: Any) -> None:
    """For gunicorn's `post_worker_init`: start this worker's greenlets, and drain when it is told to stop."""
    live = worker.wsgi.extensions["live"]
    live.start()
    gevent.spawn(wait_and_drain, worker, live)


def wait_and_drain(worker: Any, live: Any) -> None:
    while worker.alive:
        gevent.sleep(POLL_SECONDS)
    drain(live.hub, live.settings.WEBSOCKET_DRAIN_SECONDS)
    live.presence.withdraw()
    live.status.withdraw()


def drain(hub: Hub, seconds: float) -> None:
    """Close all with 1012, in random order and spread out, so that they do not all knock at once."""
    hub.is_draining = True
    connections = list(hub.connections)
    random.shuffle(connections)
    for connection in connections:
        connection.close(RESTART, "restart")
        gevent.sleep(seconds / len(connections))
