"""Logs of processes that have requests and jobs: who did it, and for which request, stands in each line."""

import logging
import sys
import threading
from typing import Any

from flask import g, has_app_context

from app.core import request_id
from app.core.json_lines import JsonLines, log_uncaught


def init_logs() -> None:
    JsonLines.context = staticmethod(describe_context)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    for name in ("app", "rq"):  # without one of its own rq would write lines of another kind
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(logging.INFO if name == "app" else logging.WARNING)
        logger.propagate = False


def log_everything() -> None:
    """For processes that are ours alone: what libraries say, and what ends a process or a thread, is JSON too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.captureWarnings(True)
    sys.excepthook = log_uncaught
    threading.excepthook = lambda args: log_uncaught(
        args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
    )


def describe_context() -> dict[str, Any]:
    if not has_app_context():
        return {}
    found: dict[str, Any] = {}
    if of_request := request_id.current():
        found["request_id"] = of_request
    if actor := g.get("actor"):
        found["actor"] = actor
    return found
