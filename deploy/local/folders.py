"""The folders that the processes write to."""

import os
import shutil
from pathlib import Path

from app.local_files import redis_socket
from app.settings import Settings
from deploy.local.refusal import Refusal


def make(settings: Settings) -> None:
    data = settings.data_path
    try:
        # Counts of processes that are gone; together with the new ones they would be nonsense.
        shutil.rmtree(data / "metrics", ignore_errors=True)
        for name in ("redis", "logs", "metrics", "files", "media"):
            (data / name).mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Refusal(f"DATA_DIR: cannot write to {data} ({error.strerror})") from None
    make_private(redis_socket(data).parent)


def make_private(folder: Path) -> None:
    """For the socket of Redis: whoever reaches it can publish anything. Under /tmp if DATA_DIR is long."""
    folder.mkdir(exist_ok=True, mode=0o700)
    if folder.stat().st_uid != os.getuid():
        raise Refusal(f"DATA_DIR: its sockets would lie in {folder}, which belongs to another user")
    folder.chmod(0o700)
