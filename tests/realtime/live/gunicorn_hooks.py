"""gunicorn's hooks, as the socket process is run."""

from typing import Any


def post_worker_init(worker: Any) -> None:
    # Not at the top: this file is also read by the parent, which must not load gevent before the fork.
    from app.realtime.live.drain import watch

    watch(worker)
