"""The folders that the processes write to."""

import os
import shutil
from pathlib import Path

from app.local_files import metrics_folder, redis_socket
from app.settings import Settings
from deploy.local.refusal import Refusal


def make(settings: Settings) -> None:
    data = settings.data_path
    remove_metrics(settings)
    try:
        for name in ("redis", "logs", "files", "media"):
            (data / name).mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Refusal(f"DATA_DIR: cannot write to {data} ({error.strerror})") from None
    make_private(redis_socket(data).parent)
    make_private(metrics_folder(data).parent)
    metrics_folder(data).mkdir(mode=0o700)


def remove_metrics(settings: Settings) -> None:
    """Counts of processes that are gone; together with new ones they would be nonsense."""
    folder = metrics_folder(settings.data_path)
    shutil.rmtree(folder if folder.is_relative_to(settings.data_path) else folder.parent, ignore_errors=True)


def make_private(folder: Path) -> None:
    """For the socket of Redis, since whoever reaches it can publish anything, and for what is not under DATA_DIR."""
    folder.mkdir(exist_ok=True, mode=0o700)
    if folder.stat().st_uid != os.getuid():
        raise Refusal(f"DATA_DIR: its files would lie in {folder}, which belongs to another user")
    folder.chmod(0o700)
