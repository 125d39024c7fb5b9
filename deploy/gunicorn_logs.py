"""gunicorn's own lines in the form of all others, and those of greenlets that nobody waits for."""

import logging
from typing import Any

from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from app.core.json_lines import JsonLines


class JsonLogger(Logger):
    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(JsonLines())


def log_all_of_worker() -> None:
    """For `post_worker_init`: by now the standard library is patched, so that gevent and Flask may be imported."""
    import gevent

    from app.core.logs import log_everything

    def print_exception(_context: Any, kind: Any, error: Any, trace: Any) -> None:
        logging.getLogger("app").error("a greenlet failed", exc_info=(kind, error, trace))

    log_everything()
    gevent.get_hub().print_exception = print_exception
