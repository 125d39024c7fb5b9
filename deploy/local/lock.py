"""One run at a time on one DATA_DIR: two Redis servers on the same files would destroy them."""

import fcntl
import os
import time
from typing import IO

from app.settings import Settings
from deploy.local import family
from deploy.local.refusal import Refusal

WAIT_FOR_EARLIER_RUN_S = 20.0


def hold(settings: Settings) -> IO[str]:
    """Hold the lock for as long as the answer is open."""
    try:
        file = open(settings.data_path / "run.lock", "a+")  # noqa: SIM115
    except OSError as error:
        raise Refusal(f"DATA_DIR: cannot write to {settings.DATA_DIR} ({error.strerror})") from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        holder = file.read().strip()
        raise Refusal(
            f"DATA_DIR: {settings.DATA_DIR} is in use by another `make run` (process {holder}): stop it, "
            "or give this one a DATA_DIR, PORT and WEBSOCKET_PORT of its own"
        ) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    refuse_survivors(settings)
    return file


def refuse_survivors(settings: Settings) -> None:
    """A run whose launcher was killed stops by itself within seconds, unless its supervisor was killed."""
    deadline = time.monotonic() + WAIT_FOR_EARLIER_RUN_S
    left = family.survivors(settings.data_path)
    if "supervisord" in left.values():
        print("Waiting for an earlier run to stop", flush=True)
    while "supervisord" in left.values() and time.monotonic() < deadline:
        time.sleep(0.1)
        left = family.survivors(settings.data_path)
    if left:
        names = ", ".join(f"{pid} ({name})" for pid, name in sorted(left.items()))
        raise Refusal(
            f"DATA_DIR: processes of an earlier run still use {settings.DATA_DIR}: {names}; "
            f"end them with: kill {' '.join(map(str, sorted(left)))}"
        )
