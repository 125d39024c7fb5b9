"""gunicorn's settings for the pages and the API.

Read before a worker patches the standard library for gevent, so it imports nothing that holds locks.
"""

import os
from typing import Any

from app.environment import exit_if_refused, load
from deploy.drain import drain_first
from deploy.gunicorn_logs import JsonLogger, log_all_of_worker

with exit_if_refused():
    settings = load()

bind = f"{settings.HOST}:{settings.PORT}"
worker_class = "gevent"
workers = settings.WEB_WORKERS
worker_connections = 2000
timeout = 30
graceful_timeout = 10
keepalive = 5
max_requests = 0
control_socket_disable = True
errorlog = "-"
logger_class = JsonLogger
loglevel = "warning"


def when_ready(server: Any) -> None:
    drain_first(server, settings.WEB_DRAIN_SECONDS)


def child_exit(_server: Any, worker: Any) -> None:
    """Without it the gauges of a worker that is gone would be counted for ever."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def post_worker_init(worker: Any) -> None:
    """Before the first request: without a push key that works, browsers would be subscribed with one that nobody has."""
    from app.monitoring.processes import watch_web
    from app.notifications.keys.start import check_keys

    log_all_of_worker()
    with exit_if_refused():
        check_keys(worker.wsgi)
    watch_web(worker.wsgi)
