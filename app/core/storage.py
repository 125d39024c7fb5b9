"""Blobs under random keys in DATA_DIR/files: out of the web's reach, whole or not there, readable by the shop alone."""

import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from flask import current_app
from gevent import get_hub, monkey

# No slash and no leading dot, so that no key leads out of the folder.
KEY = re.compile(r"[0-9a-f]{32}(-[a-z]+)?\.[a-z]{1,8}(\.[0-9a-f]{8}\.draft)?")


@dataclass(frozen=True)
class Blob:
    """`age_s` counts from when it was written."""

    key: str
    size: int
    age_s: float


def new_key(extension: str) -> str:
    return f"{secrets.token_hex(16)}.{extension}"


def sibling(key: str, name: str, extension: str) -> str:
    """The key of what is made of a blob: the same each time, so that a job that runs again writes over its first try."""
    return f"{key[:32]}-{name}.{extension}"


def path_of(key: str) -> Path:
    if not KEY.fullmatch(key):
        raise ValueError(f"not a key of the storage: {key!r}")
    return folder() / key[:2] / key[2:4] / key


def folder() -> Path:
    return Path(current_app.config["SETTINGS"].data_path) / "files"


@contextmanager
def writing(key: str) -> Iterator[BinaryIO]:
    """The blob is there, and on the disk, once the block has ended; if it raises, nothing is."""
    path = path_of(key)
    make_folders(path.parent)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}.draft")
    try:
        with open(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            yield file
            file.flush()
            wait_for_disk(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    keep_names(path.parent)


def make_folders(lowest: Path) -> None:
    for place in (folder(), lowest.parent, lowest):
        with suppress(FileExistsError):
            place.mkdir(mode=0o700)
            keep_names(place.parent)


def keep_names(place: Path) -> None:
    """A name is on the disk once its folder is."""
    entry = os.open(place, os.O_RDONLY)
    try:
        wait_for_disk(entry)
    finally:
        os.close(entry)


def wait_for_disk(descriptor: int) -> None:
    """In a process of gevent's a thread waits: the disk would keep everybody else waiting with it."""
    if monkey.is_module_patched("threading"):
        get_hub().threadpool.apply(os.fsync, (descriptor,))
    else:
        os.fsync(descriptor)


def open_blob(key: str) -> BinaryIO:
    """Raises FileNotFoundError."""
    return path_of(key).open("rb")


def size(key: str) -> int:
    """Raises FileNotFoundError."""
    return path_of(key).stat().st_size


def delete(key: str) -> int:
    """The bytes that are free now; none for what is not there. Raises OSError when it stays."""
    path = path_of(key)
    try:
        freed = path.stat().st_size
        path.unlink()
    except FileNotFoundError:
        return 0
    return freed


def exists(key: str) -> bool:
    return path_of(key).is_file()


def list_blobs() -> Iterator[Blob]:
    """All, and the drafts that a killed process left."""
    for path in folder().glob("??/??/*"):
        with suppress(FileNotFoundError):
            seen = path.stat()
            if KEY.fullmatch(path.name):
                yield Blob(path.name, seen.st_size, time.time() - seen.st_mtime)
