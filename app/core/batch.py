"""Small writes that may wait a moment and are made together, so that each costs a fraction of a transaction."""

import logging
import threading
from collections.abc import Callable
from typing import Any

from flask import Flask

EVERY_S = 0.25

log = logging.getLogger(__name__)


class Batch:
    """Entries wait here for a quarter of a second. What waits when the process is killed is lost: `loss` says what then."""

    def __init__(self, app: Flask, write: Callable[[list[Any]], None], loss: str):
        self._app = app
        self._write = write
        self._loss = loss
        self._entries: list[Any] = []
        self._timer: threading.Timer | None = None
        self._lock = threading.Lock()
        self._writing = threading.Lock()

    def add(self, entries: list[Any]) -> None:
        with self._lock:  # two timers would be one that nobody waits for
            self._entries += entries
            if self._entries and self._timer is None:
                self._timer = threading.Timer(EVERY_S, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def close(self) -> None:
        """Write what is waiting, now; for a process that ends in order."""
        if timer := self._timer:
            timer.cancel()
            timer.join()
        self.flush()  # waits for one that is under way

    def flush(self) -> None:
        with self._writing:
            with self._lock:
                self._timer, entries, self._entries = None, self._entries, []
            if not entries:
                return
            try:
                with self._app.app_context():
                    self._write(entries)
            except Exception:
                log.warning("could not write %s waiting entries: %s", len(entries), self._loss)
