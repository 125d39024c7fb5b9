"""Named lines at which a test lets a process die, so that what follows a crash can be seen. Off outside APP_ENV=test."""

import contextlib
import os
import signal
from pathlib import Path

from flask import current_app


def reach(point: str) -> None:
    """Kill this process without warning if the test asked for it: once, by a file of the point's name with its pid."""
    settings = current_app.config["SETTINGS"]
    if settings.APP_ENV != "test":
        return
    order = Path(settings.DATA_DIR) / "faults" / point
    with contextlib.suppress(FileNotFoundError):
        if str(os.getpid()) in order.read_text().split():
            order.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
