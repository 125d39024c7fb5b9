"""gunicorn's settings for the sockets: one worker, never recycled, with time to close all sockets."""

from typing import Any

from app.environment import exit_if_refused, load
from deploy.gunicorn_logs import JsonLogger, log_all_of_worker

with exit_if_refused():
    settings = load()

bind = f"{settings.HOST}:{settings.WEBSOCKET_PORT}"
worker_class = "gevent"
workers = 1
# The shop refuses a client over WEBSOCKET_MAX_CLIENTS with a reason; gunicorn would leave it hanging.
worker_connections = max(5000, settings.WEBSOCKET_MAX_CLIENTS + 1000)
backlog = 2048
# Also all the time that the head of a request may take, so that nobody holds a place by sending it byte by byte.
keepalive = 5
timeout = 30
graceful_timeout = settings.WEBSOCKET_DRAIN_SECONDS + 10
max_requests = 0
control_socket_disable = True
errorlog = "-"
logger_class = JsonLogger
loglevel = "warning"


def post_worker_init(worker: Any) -> None:
    """Imported here, because by now the standard library is patched for gevent."""
    from app.realtime.live.drain import watch

    log_all_of_worker()
    watch(worker)
