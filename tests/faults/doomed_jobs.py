"""Jobs that go wrong in a real worker. Each leaves one line for each time that it ran."""

import os
import signal
from pathlib import Path

from flask import current_app

MEMORY_BYTES = 400 * 1024 * 1024


def note(name: str) -> None:
    with (Path(current_app.config["SETTINGS"].DATA_DIR) / "ran").open("a") as file:
        file.write(name + "\n")


def do_well() -> None:
    note("well")


def raise_always() -> None:
    note("poison")
    raise RuntimeError("poison")


def die() -> None:
    """As by the system's own hand when memory is short."""
    note("killed")
    os.kill(os.getpid(), signal.SIGKILL)


def take_memory() -> None:
    """More than it may have."""
    import resource

    note("greedy")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    bytearray(2 * MEMORY_BYTES)


def last() -> None:
    """Runs for long; whoever kills its worker finds the process here."""
    import time

    note(f"slow {os.getpid()}")
    time.sleep(30 if len(read(Path(current_app.config["SETTINGS"].DATA_DIR))) < 2 else 0)


def read(folder: Path) -> list[str]:
    ran = folder / "ran"
    return ran.read_text().splitlines() if ran.exists() else []
