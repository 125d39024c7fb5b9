"""What a backup holds. Written last, so that a folder without it is a backup that never ended."""

import hashlib
import json
import os
import tomllib
from dataclasses import asdict, dataclass, field
from pathlib import Path

from app.operations.backup.errors import NoBackup

NAME = "manifest.json"
FORMAT = 1
CHUNK = 1024 * 1024
# In the backup, what of DATA_DIR belongs to it. What lies in these folders is written once under its name.
DATA = "data"
FOLDERS = ("files", "media", "uploads")
KEY_FILE = "secret_key"


@dataclass
class Manifest:
    """`taken_at` is the moment, in epoch ms, as of which the database is; `counts` are its rows by table.

    `files` are SHA-256 sums by path in the backup. `key_mark` tells whether a SECRET_KEY is the shop's, and not what it is.
    """

    database: str
    migration: str
    taken_at: int
    key_mark: str
    counts: dict[str, int]
    files: dict[str, str] = field(default_factory=dict)
    bytes: int = 0
    version: str = ""
    format: int = FORMAT


def mark_of(secret_key: str) -> str:
    return hashlib.sha256(b"liveshelf backup " + secret_key.encode()).hexdigest()[:16]


def read_version(root: Path) -> str:
    """What the project calls itself."""
    project: dict[str, str] = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    return project["version"]


def copy(source: Path, target: Path) -> str:
    """Copy a file so that it is on the disk and nobody else's to read. Returns its SHA-256."""
    digest = hashlib.sha256()
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (
        source.open("rb") as read,
        open(os.open(target, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as written,
    ):
        while chunk := read.read(CHUNK):
            digest.update(chunk)
            written.write(chunk)
        written.flush()
        os.fsync(written.fileno())
    return digest.hexdigest()


def sum_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(folder: Path, manifest: Manifest) -> None:
    draft = folder / f"{NAME}.draft"
    with draft.open("w") as file:
        json.dump(asdict(manifest), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / NAME)


def read(folder: Path) -> Manifest:
    """Raises NoBackup."""
    try:
        found = json.loads((folder / NAME).read_text())
        if found["format"] != FORMAT:
            raise NoBackup(f"{folder} was written by another version of Liveshelf; restore it with that one")
        return Manifest(**found)
    except FileNotFoundError:
        raise NoBackup(f"{folder} has no {NAME}: it is no backup, or one that was broken off") from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise NoBackup(f"{folder / NAME} cannot be read ({error})") from None


def check(folder: Path, manifest: Manifest) -> None:
    """That every file is there and as it was written. Raises NoBackup with the first that is not."""
    for name, digest in manifest.files.items():
        path = folder / name
        if ".." in Path(name).parts or Path(name).is_absolute():
            raise NoBackup(f"{folder / NAME} names a file outside of the backup: {name}")
        if not path.is_file():
            raise NoBackup(f"{path} is missing")
        if sum_of(path) != digest:
            raise NoBackup(f"{path} is not as it was written; take another backup")
