"""One JSON line for each log record, so that a line break in what a client sent cannot forge a second record."""

import json
import logging
import sys

from flask import g, has_request_context

from app.core import clock


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": clock.now().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if has_request_context() and "request_id" in g:
            line["request_id"] = g.request_id
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line)


def init_logs() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.getLogger("app").handlers = [handler]
    logging.getLogger("app").setLevel(logging.INFO)
    logging.getLogger("app").propagate = False
